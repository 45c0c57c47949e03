/** One intent: how people ask for it, and what is done about it. */
import { useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import {
  answerCharactersMax,
  followUpsMax,
  textIn,
  titleCharactersMax,
  type Intent,
} from '@candor/virtual-agent/definition.ts'
import { Button } from '../../design/controls.tsx'
import { Icon } from '../../design/icons.tsx'
import { Select } from '../../design/select.tsx'
import { showing } from '../authoring-search.ts'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFaults } from '../draft-context.ts'
import { asSentence, faultAt } from '../draft-store.ts'
import { Bubble } from '../parts/bubble.tsx'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { LocalisedField } from '../parts/localised-field.tsx'
import { LanguageChoice, useWritingLanguage } from '../parts/writing-language.tsx'
import parts from '../../design/parts.module.css'
import { changeIntent, doesInstead, withPerson } from './change-intents.ts'
import { ConfusedWith } from './confused-with.tsx'
import { ExamplesField } from './examples-field.tsx'
import { FormFields } from './form-fields.tsx'
import { missingLanguages, warningsOf } from './intent-warnings.ts'
import { nameOfIntent, nameOfIntentId } from './intent-names.ts'
import { RemoveIntent, RenameIntent } from './intent-dialogs.tsx'
import css from './intent-editor.module.css'

export function IntentEditor({ intent, at }: { intent: Intent; at: number }) {
  const definition = useDefinition()
  const draft = useDraft()
  const faults = useFaults()
  const mayEdit = useMayEdit()
  const language = useWritingLanguage()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const [asked, setAsked] = useState<'rename' | 'remove' | null>(null)
  const field = `intents[${at}]`
  const change = (next: (intent: Intent) => Intent): void =>
    draft.change((before) => changeIntent(before, intent.id, next))
  const toList = (item?: string): void => void navigate({ search: (before) => showing(before, item) })

  const whole = faultAt(faults, field) ?? faultAt(faults, `${field}.id`) ?? faultAt(faults, `${field}.flow`)
  const warnings = warningsOf(intent, definition)
  const startsFlow = intent.flow !== undefined
  const name = nameOfIntent(definition, intent)
  return (
    <div className={css.editor}>
      <div className={css.head}>
        <Button tone="quiet" icon="back" onPress={() => toList()} className={css.back}>
          All intents
        </Button>
        <span className={parts.end} />
        <LanguageChoice missing={missingLanguages(intent, definition)} />
      </div>
      <div className={css.name}>
        <h2 className={css.title} dir="auto">
          {name}
        </h2>
        <code className={parts.code}>{intent.id}</code>
        {mayEdit && (
          <>
            <Button tone="quiet" icon="edit" onPress={() => setAsked('rename')}>
              Rename the id
            </Button>
            <Button tone="quiet" icon="trash" onPress={() => setAsked('remove')}>
              Remove
            </Button>
          </>
        )}
      </div>
      {whole !== undefined && (
        <p className={parts.fault} role="alert">
          <Icon name="warning" size={16} /> {asSentence(whole)}
        </p>
      )}
      {warnings.length > 0 && (
        <ul className={css.warnings}>
          {warnings.map(({ text }) => (
            <li key={text}>
              <Icon name="warning" size={16} /> {text}
            </li>
          ))}
        </ul>
      )}
      <div className={css.columns}>
        <div className={css.fields}>
          <LocalisedField
            label="Title"
            value={intent.title}
            onChange={(title) => change((one) => ({ ...one, title }))}
            field={`${field}.title`}
            charactersMax={titleCharactersMax}
            hint="Visitors see it as a quick reply."
          />
          <ExamplesField intent={intent} field={`${field}.examples`} />
          <section className={css.part} aria-label="What is done about it">
            <h3 className={css.partTitle}>What is done about it</h3>
            <Select
              label="It"
              value={startsFlow ? intent.flow! : ''}
              choices={[
                { id: '', name: 'Answers with a text' },
                ...definition.flows.map((flow) => ({
                  id: flow.id,
                  name: `Starts the flow “${flow.title[definition.language] ?? flow.id}”`,
                })),
              ]}
              onChange={(flow) => {
                if (!mayEdit) return
                change((one) => doesInstead(one, flow))
              }}
            />
            {!startsFlow && (
              <LocalisedField
                label="Answer"
                value={intent.answer ?? {}}
                onChange={(answer) => change((one) => ({ ...one, answer }))}
                field={`${field}.answer`}
                multiline
                rows={5}
                charactersMax={answerCharactersMax}
              />
            )}
            {!startsFlow && (
              <>
                <FollowUps intent={intent} change={change} />
                <ChoiceSwitch
                  label="A person goes on after the answer"
                  hint="The conversation goes to the queue, with what was said."
                  checked={intent.person === true}
                  disabled={!mayEdit}
                  onChange={(on) => change((one) => withPerson(one, on))}
                />
                <FormFields intent={intent} field={`${field}.form`} change={change} />
              </>
            )}
          </section>
        </div>
        <aside className={css.aside} aria-label="Preview">
          <Preview intent={intent} language={language} />
          <ConfusedWith intent={intent.id} />
        </aside>
      </div>
      {asked === 'rename' && (
        <RenameIntent
          intent={intent}
          onClose={() => setAsked(null)}
          onRenamed={(id) => {
            setAsked(null)
            toList(id)
          }}
        />
      )}
      {asked === 'remove' && (
        <RemoveIntent
          intent={intent}
          onClose={() => setAsked(null)}
          onRemoved={() => {
            setAsked(null)
            toList()
          }}
        />
      )}
    </div>
  )
}

function Preview({ intent, language }: { intent: Intent; language: ReturnType<typeof useWritingLanguage> }) {
  const definition = useDefinition()
  const question = intent.examples[language]?.[0] ?? intent.title[language]
  const hasAnswer = intent.answer?.[definition.language] !== undefined
  const answer = hasAnswer ? textIn(definition, intent.answer!, language) : null
  const option = (title: Intent['title']): string => textIn(definition, title, language).text
  const flow = definition.flows.find(({ id }) => id === intent.flow)
  return (
    <section className={css.preview} aria-label="How it looks">
      <h3 className={css.partTitle}>How it looks</h3>
      <div className={css.chat}>
        {question !== undefined && (
          <Bubble by="visitor" lang={language}>
            {question}
          </Bubble>
        )}
        {flow ? (
          <p className={parts.soft}>
            <Icon name="branch" size={16} /> “{flow.title[definition.language] ?? flow.id}” begins. Try it in
            the test pane.
          </p>
        ) : answer ? (
          <Bubble
            by="virtual-agent"
            lang={answer.language}
            options={[
              ...intent.followUps.flatMap((id) => {
                const next = definition.intents.find((one) => one.id === id)
                return next?.title[definition.language] === undefined ? [] : [option(next.title)]
              }),
              ...(definition.phrases.personOption[definition.language] === undefined
                ? []
                : [option(definition.phrases.personOption)]),
            ]}
          >
            {answer.text}
          </Bubble>
        ) : (
          <p className={parts.soft}>Write an answer, and it stands here as visitors see it.</p>
        )}
      </div>
    </section>
  )
}

function FollowUps({ intent, change }: { intent: Intent; change(next: (intent: Intent) => Intent): void }) {
  const definition = useDefinition()
  const mayEdit = useMayEdit()
  const free = definition.intents.filter(({ id }) => id !== intent.id && !intent.followUps.includes(id))
  return (
    <div className={css.followUps}>
      <p className={css.label} id="follow-ups">
        Offered afterwards
      </p>
      {intent.followUps.length === 0 && <p className={parts.soft}>Nothing but a person.</p>}
      <ul className={css.chips} aria-labelledby="follow-ups">
        {intent.followUps.map((id) => (
          <li key={id} className={css.chip}>
            <span dir="auto">{nameOfIntentId(definition, id)}</span>
            {mayEdit && (
              <button
                type="button"
                className={css.chipRemove}
                aria-label={`Offer ${nameOfIntentId(definition, id)} no more`}
                onClick={() =>
                  change((one) => ({ ...one, followUps: one.followUps.filter((other) => other !== id) }))
                }
              >
                <Icon name="close" size={14} />
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayEdit && free.length > 0 && intent.followUps.length < followUpsMax && (
        <Select<string>
          label="Offer as well"
          value=""
          choices={[
            { id: '', name: 'Choose an intent…' },
            ...free.map((one) => ({ id: one.id, name: nameOfIntent(definition, one) })),
          ]}
          onChange={(id) => id !== '' && change((one) => ({ ...one, followUps: [...one.followUps, id] }))}
        />
      )}
    </div>
  )
}
