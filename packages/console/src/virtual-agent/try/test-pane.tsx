/** A chat with the draft, beside every authoring page: what it would say, and why. */
import {
  useEffect,
  useId,
  useLayoutEffect,
  useRef,
  useState,
  useSyncExternalStore,
  type FormEvent,
  type ReactNode,
} from 'react'
import { Dialog as AriaDialog, Modal, ModalOverlay } from 'react-aria-components'
import type { TryAnswer, TryRequest } from '@candor/protocol/virtual-agent-api.ts'
import type { Decision } from '@candor/virtual-agent/decision.ts'
import { languages } from '@candor/virtual-agent/script.ts'
import type { AgentState, ToolCall } from '@candor/virtual-agent/turn.ts'
import { Button, IconButton } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { api } from '../../live/api-client.ts'
import { useObservable } from '../../live/observable.ts'
import { useDefinition, useDraft, useEdited } from '../draft-context.ts'
import { placeOfFault } from '../fault-place.ts'
import { asSentence, type DraftStore } from '../draft-store.ts'
import { languageNames } from '../languages.ts'
import { Bubble } from '../parts/bubble.tsx'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { useWritingLanguage } from '../parts/writing-language.tsx'
import { SimulatedTool } from './simulated-tool.tsx'
import { openTrial, type TrialEntry, type TrialSettings } from './trial.ts'
import { useTraceNames } from './use-trace-names.ts'
import { WhyTrace } from './why-trace.tsx'
import type { TraceNames } from './trace-words.ts'
import css from './test-pane.module.css'

export function TestPane({ onClose, published }: { onClose(): void; published: boolean }) {
  const narrow = useSyncExternalStore(watchWidth, () => narrowScreen.matches)
  if (narrow)
    return (
      <ModalOverlay className={css.sheet ?? ''} isOpen onOpenChange={(open) => !open && onClose()}>
        <Modal className={css.sheetModal ?? ''}>
          <AriaDialog className={css.sheetDialog ?? ''} aria-label="Test pane" data-layer="">
            <Pane onClose={onClose} published={published} />
          </AriaDialog>
        </Modal>
      </ModalOverlay>
    )
  return (
    <aside className={css.aside} aria-label="Test pane">
      <Pane onClose={onClose} published={published} />
    </aside>
  )
}

/** Beside a page there is no room for it: it becomes a sheet over the whole screen. */
const narrowScreen = matchMedia('(width < 62rem)')

function watchWidth(listener: () => void): () => void {
  narrowScreen.addEventListener('change', listener)
  return () => narrowScreen.removeEventListener('change', listener)
}

/** What is on screen is tried, saved or not. */
function ask(draft: DraftStore) {
  return (request: TryRequest<AgentState, ToolCall>): Promise<TryAnswer<Decision>> => {
    const { dirty, definition } = draft.state.get()
    return api.post('/virtual-agent/draft/try', {
      ...request,
      ...(request.of === 'draft' && dirty && { definition }),
    })
  }
}

function Pane({ onClose, published }: { onClose(): void; published: boolean }) {
  const draft = useDraft()
  const { dirty } = useEdited()
  const writing = useWritingLanguage()
  const [trial] = useState(() => openTrial(ask(draft)))
  const { entries, busy, problem, call, handedOver } = useObservable(trial.state)
  const [settings, setSettings] = useState<TrialSettings>({
    of: 'draft',
    locale: writing,
    agentsOnline: true,
    today: null,
  })
  const [text, setText] = useState('')
  const names = useTraceNames()
  const stream = useRef<HTMLDivElement>(null)
  const field = useRef<HTMLInputElement>(null)
  const hint = useId()

  const begin = (change: Partial<TrialSettings> = {}): void => {
    const next = { ...settings, ...change }
    setSettings(next)
    void trial.start(next)
    field.current?.focus()
  }
  useEffect(() => {
    const before = document.activeElement
    void trial.start(settings)
    field.current?.focus()
    return () => {
      // The focus was in here and would fall to the top of the page.
      if (before instanceof HTMLElement && document.activeElement === document.body) before.focus()
    }
    // Once, when the pane opens.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [trial])
  useLayoutEffect(() => {
    stream.current?.scrollTo({ top: stream.current.scrollHeight })
  }, [entries.length, busy])

  const say = (said: string): void => {
    if (said.trim() === '' || busy || call) return
    setText('')
    void trial.say(said.trim())
    field.current?.focus()
  }
  return (
    <div className={css.pane}>
      <header className={css.head}>
        <h2 className={css.title}>Try it</h2>
        <span className={css.what}>
          {settings.of === 'current' ? 'what is in force' : dirty ? 'the draft, not saved yet' : 'the draft'}
        </span>
        <IconButton icon="reopen" label="Start again" onPress={() => begin()} />
        <IconButton icon="close" label="Close the test pane" onPress={onClose} />
      </header>
      <details className={css.settings}>
        <summary className={css.settingsHead}>
          <Icon name="settings" size={16} />
          {languageNames[(settings.locale ?? writing) as keyof typeof languageNames]} ·{' '}
          {settings.agentsOnline ? 'people are here' : 'nobody is here'}
          {settings.today !== null && ` · ${settings.today}`}
        </summary>
        <div className={css.settingsBody}>
          <Select
            label="Who answers"
            value={settings.of}
            choices={[
              { id: 'draft' as const, name: 'The draft' },
              ...(published ? [{ id: 'current' as const, name: 'What is in force' }] : []),
            ]}
            onChange={(of) => begin({ of })}
          />
          <Select
            label="Language of the visitor’s browser"
            value={settings.locale ?? writing}
            choices={languages.map((id) => ({ id, name: languageNames[id] }))}
            onChange={(locale) => begin({ locale })}
          />
          <TextField
            label="Day"
            type="date"
            value={settings.today ?? ''}
            onChange={(day) => begin({ today: day === '' ? null : day })}
            hint="Empty is today: “tomorrow” counts from it."
          />
          <ChoiceSwitch
            label="People can answer now"
            checked={settings.agentsOnline}
            onChange={(agentsOnline) => begin({ agentsOnline })}
          />
        </div>
      </details>
      <div ref={stream} className={css.stream} role="log" aria-label="Conversation" tabIndex={0}>
        {entries.map((entry, i) => (
          <Entry
            key={i}
            entry={entry}
            last={i === entries.length - 1}
            names={names}
            onOption={say}
            onForm={(form) => void trial.fillForm(form)}
          />
        ))}
        {busy && (
          <p className={css.busy} role="status" aria-label="It decides">
            <i />
            <i />
            <i />
          </p>
        )}
        {problem && (
          <div className={css.problem} role="alert">
            <p>
              <Icon name="warning" size={16} /> {problem.message}
            </p>
            {problem.faults.length > 0 && (
              <ul>
                {problem.faults.slice(0, 4).map((fault) => (
                  <li key={fault.field}>
                    {placeOfFault(fault, draft.state.get().definition)}: {asSentence(fault.message)}
                  </li>
                ))}
              </ul>
            )}
            {entries.length === 0 && <Button onPress={() => begin()}>Try again</Button>}
          </div>
        )}
        {call && !busy && (
          <SimulatedTool
            key={call.key + entries.length}
            call={call}
            onAnswer={(outcome) => void trial.answerTool(outcome)}
          />
        )}
        {handedOver && !busy && (
          <p className={css.over}>
            A person has it now.
            <Button tone="quiet" icon="handback" onPress={() => void trial.handBack()}>
              They hand it back
            </Button>
          </p>
        )}
      </div>
      <form
        className={css.composer}
        onSubmit={(event: FormEvent) => {
          event.preventDefault()
          say(text)
        }}
      >
        <input
          ref={field}
          className={css.input}
          aria-label="What a visitor writes"
          aria-describedby={hint}
          placeholder={call ? 'Answer for the system first' : 'Write as a visitor…'}
          value={text}
          dir="auto"
          autoComplete="off"
          maxLength={2_000}
          onChange={(event) => setText(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && !event.nativeEvent.isComposing && onClose()}
        />
        <button
          type="submit"
          className={css.send}
          aria-label="Say it"
          disabled={text.trim() === '' || busy || call !== null}
        >
          <Icon name="up" size={18} />
        </button>
      </form>
      <p id={hint} className={css.hint}>
        Nothing of it is stored, and no system is called.
      </p>
    </div>
  )
}

function Entry({
  entry,
  last,
  names,
  onOption,
  onForm,
}: {
  entry: TrialEntry
  last: boolean
  names: TraceNames
  onOption(option: string): void
  onForm(form: string): void
}): ReactNode {
  switch (entry.kind) {
    case 'visitor':
      return <Bubble by="visitor">{entry.text}</Bubble>
    case 'form':
      return <p className={css.event}>The visitor filled in the form.</p>
    case 'back':
      return <p className={css.event}>A person handed the conversation back.</p>
    case 'tool':
      return <ToolEvent entry={entry} />
    case 'turn': {
      const { decision, note } = entry
      const { say } = decision
      return (
        <div className={css.turn}>
          {say && say.text !== '' && (
            <Bubble
              by="virtual-agent"
              lang={decision.trace.language}
              options={say.options}
              {...(last && { onOption })}
            >
              {say.text}
            </Bubble>
          )}
          {say?.form && (
            <div className={css.form}>
              {say.form.fields.map((one) => (
                <p key={one.name} className={css.formField} dir="auto">
                  {one.label}
                  {one.required && <span aria-hidden="true"> *</span>}
                </p>
              ))}
              {last && <Button onPress={() => onForm(say.form!.id)}>Fill it in</Button>}
            </div>
          )}
          {decision.kind === 'handOver' && <HandedOver decision={decision} />}
          <WhyTrace trace={decision.trace} names={names} />
          {note === 'not-trained' && (
            <p className={css.untrained}>
              <Icon name="bolt" size={14} /> These examples are not trained yet: it went by their words alone.
            </p>
          )}
        </div>
      )
    }
  }
}

function ToolEvent({ entry: { call, outcome } }: { entry: Extract<TrialEntry, { kind: 'tool' }> }) {
  const definition = useDefinition()
  const title = definition.tools.find(({ id }) => id === call.tool)?.title[definition.language] ?? call.tool
  const fault = outcome.kind === 'fault' ? outcome.fault : null
  return (
    <div className={css.event}>
      <Icon name="bolt" size={14} /> {title}:{' '}
      {fault === null ? (
        <code className={css.body}>{JSON.stringify((outcome as { body: unknown }).body)}</code>
      ) : (
        fault
      )}
    </div>
  )
}

function HandedOver({ decision }: { decision: Extract<Decision, { kind: 'handOver' }> }) {
  const { summary } = decision
  return (
    <div className={css.summary}>
      <p>
        <Icon name="people" size={16} /> A person goes on: <code>{summary.reason}</code>
      </p>
      {(summary.wish !== null || summary.slots.length > 0 || summary.done.length > 0) && (
        <dl>
          {summary.wish !== null && (
            <div>
              <dt>Wants</dt>
              <dd dir="auto">{summary.wish}</dd>
            </div>
          )}
          {summary.slots.map((slot) => (
            <div key={slot.name}>
              <dt dir="auto">{slot.label}</dt>
              <dd dir="auto">{slot.value}</dd>
            </div>
          ))}
          {summary.done.length > 0 && (
            <div>
              <dt>Done before</dt>
              <dd dir="auto">{summary.done.join(', ')}</dd>
            </div>
          )}
        </dl>
      )}
    </div>
  )
}
