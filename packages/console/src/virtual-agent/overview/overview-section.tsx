import { useState } from 'react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { VirtualAgentOverview } from '@candor/protocol/virtual-agent-api.ts'
import { type Definition, type Triggers } from '@candor/virtual-agent/definition.ts'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { classes } from '../../design/classes.ts'
import { Button } from '../../design/controls.tsx'
import { Dialog } from '../../design/dialog.tsx'
import { Icon } from '../../design/icons.tsx'
import { Section } from '../../design/page.tsx'
import { Select } from '../../design/select.tsx'
import { TextField } from '../../design/text-field.tsx'
import { fullTime } from '../../design/times.tsx'
import { api } from '../../live/api-client.ts'
import { useDesk } from '../../live/desk-context.ts'
import { showToast } from '../../shell/toasts.tsx'
import { mayApprove, mayEdit } from '../authoring-roles.ts'
import { overviewQuery, trainingQuery } from '../authoring-queries.ts'
import { useDefinition, useDraft, useEdited, useFault } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import { ChoiceSwitch } from '../parts/choice-switch.tsx'
import { counted } from '../../design/counted.ts'
import { Badge } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import dialogs from '../dialogs.module.css'
import { progressOf, stages } from './next-step.ts'
import css from './overview-section.module.css'

const triggerWords: Record<keyof Triggers, { label: string; hint: string }> = {
  anger: { label: 'Anger', hint: 'Swearing, outrage, a complaint that is to go up.' },
  payment: { label: 'Trouble with a payment', hint: 'Charged twice, a stolen card, fraud.' },
  legal: { label: 'Law', hint: 'A lawyer, a regulator, data protection, an injury.' },
  emergency: { label: 'Danger now', hint: 'Fire, gas, an accident that is happening.' },
  rejection: { label: '“That is not what I asked”', hint: 'It answered something else.' },
}

export function OverviewSection({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { person } = useDesk().me
  const edited = useEdited()
  const { data: training = overview.training } = useQuery(trainingQuery)
  const { at, next } = progressOf({ ...overview, training }, edited, {
    id: person.id,
    mayEdit: mayEdit(person.role),
    mayApprove: mayApprove(person.role),
  })
  return (
    <>
      <div className={css.next}>
        <ol className={css.stages} aria-label="Where the draft stands">
          {stages.map((stage, i) => (
            <li
              key={stage}
              className={classes(css.stage, i < at && css.done, i === at && css.here)}
              aria-current={i === at ? 'step' : undefined}
            >
              <span className={css.mark}>{i < at ? <Icon name="check" size={14} /> : i + 1}</span>
              {stage}
            </li>
          ))}
        </ol>
        <p className={css.sentence}>{next.sentence}</p>
        {next.link && (
          <Link to="/virtual-agent/$section" params={{ section: next.link.section }} className={css.go ?? ''}>
            {next.link.text} <Icon name="forward" size={16} />
          </Link>
        )}
      </div>
      <div className={css.cards}>
        <InForce overview={overview} />
        <TheDraft overview={overview} />
      </div>
      <SaysOnly />
      <About />
      <CallsPerson />
    </>
  )
}

function InForce({ overview: { current, script } }: { overview: VirtualAgentOverview<Definition> }) {
  return (
    <section className={parts.card} aria-label="In force">
      <div className={parts.row}>
        <h2 className={css.cardTitle}>In force</h2>
        {current ? (
          <Badge tone="good" icon="check">
            Version {current.version}
          </Badge>
        ) : script !== null ? (
          <Badge>Script {script}</Badge>
        ) : (
          <Badge tone="warn">Nothing</Badge>
        )}
      </div>
      {current ? (
        <>
          <p className={css.name} dir="auto">
            {current.name}
          </p>
          <dl className={css.facts}>
            <div>
              <dt>Published</dt>
              <dd>{current.publishedAt === null ? '' : fullTime(current.publishedAt)}</dd>
            </div>
            <div>
              <dt>Proposed by</dt>
              <dd>{current.proposedBy.name}</dd>
            </div>
            <div>
              <dt>Approved by</dt>
              <dd>{current.approvedBy?.name ?? 'The installation'}</dd>
            </div>
            <div>
              <dt>Holds</dt>
              <dd>
                {counted(current.intents, 'intent')}, {counted(current.flows, 'flow')},{' '}
                {counted(current.articles, 'article')}
              </dd>
            </div>
          </dl>
        </>
      ) : (
        <p className={parts.soft}>
          {script !== null
            ? 'A script from before answers until the first version is published. The draft was made from it.'
            : 'Visitors go to people directly until the first version is published.'}
        </p>
      )}
    </section>
  )
}

function TheDraft({ overview }: { overview: VirtualAgentOverview<Definition> }) {
  const { saved, dirty } = useEdited()
  const definition = useDefinition()
  const mayWrite = mayEdit(useDesk().me.person.role)
  const client = useQueryClient()
  const [asked, setAsked] = useState(false)
  const discard = useMutation({
    mutationFn: () => api.delete(`/virtual-agent/draft?revision=${saved.revision}`),
    onSuccess: () => client.invalidateQueries({ queryKey: overviewQuery.queryKey }),
    onError: (problem) => showToast(problem.message, { tone: 'danger' }),
    onSettled: () => setAsked(false),
  })
  const examples = definition.intents.reduce(
    (sum, intent) => sum + Object.values(intent.examples).reduce((count, texts) => count + texts.length, 0),
    0,
  )
  return (
    <section className={parts.card} aria-label="The draft">
      <div className={parts.row}>
        <h2 className={css.cardTitle}>The draft</h2>
        {dirty ? (
          <Badge tone="warn">Not saved</Badge>
        ) : saved.changed ? (
          <Badge>Differs</Badge>
        ) : (
          <Badge tone="good">Same</Badge>
        )}
        {saved.trained && !dirty && (
          <Badge tone="good" icon="check">
            Trained
          </Badge>
        )}
      </div>
      <dl className={css.facts}>
        <div>
          <dt>Saved</dt>
          <dd>
            {saved.savedBy === null || saved.savedAt === null
              ? 'Never'
              : `${fullTime(saved.savedAt)} by ${saved.savedBy.name}`}
          </dd>
        </div>
        <div>
          <dt>Holds</dt>
          <dd>
            {counted(definition.intents.length, 'intent')} with {counted(examples, 'example')},{' '}
            {counted(definition.flows.length, 'flow')}, {counted(definition.tools.length, 'tool')}
          </dd>
        </div>
        <div>
          <dt>Can be approved by</dt>
          <dd>
            {overview.approvers.length === 0 ? (
              <span className={css.lack}>Nobody yet. Add a second supervisor or administrator.</span>
            ) : (
              overview.approvers.map(({ name }) => name).join(', ')
            )}
          </dd>
        </div>
      </dl>
      {mayWrite && saved.changed && overview.current && (
        <div>
          <Button tone="quiet" icon="undo" onPress={() => setAsked(true)}>
            Start again from what is in force
          </Button>
        </div>
      )}
      {asked && (
        <Dialog title="Give up the draft?" onClose={() => setAsked(false)}>
          <div className={dialogs.form}>
            <p>
              Everything that differs from version {overview.current?.version} goes, for everybody who works
              on the draft. What is in force stays as it is.
            </p>
            <div className={dialogs.buttons}>
              <Button tone="quiet" onPress={() => setAsked(false)}>
                Keep the draft
              </Button>
              <Button tone="danger" onPress={() => discard.mutate()} isDisabled={discard.isPending} autoFocus>
                Start again
              </Button>
            </div>
          </div>
        </Dialog>
      )}
    </section>
  )
}

function SaysOnly() {
  const { approvedOnly } = useDefinition()
  const draft = useDraft()
  const fault = useFault('approvedOnly')
  const mayWrite = mayEdit(useDesk().me.person.role)
  return (
    <Section title="What may be said">
      <div className={parts.stack}>
        <ChoiceSwitch
          label="Only approved texts"
          hint="Every sentence that leaves is one that a second person approved, word for word. The server compares each one before it is sent, and sends nothing else."
          checked={approvedOnly}
          disabled={!mayWrite}
          onChange={(on) => draft.change((before) => ({ ...before, approvedOnly: on }))}
        />
        {fault !== undefined && (
          <p className={parts.fault} role="alert">
            <Icon name="warning" size={16} /> {fault}
          </p>
        )}
        <dl className={css.modes}>
          <div className={classes(css.mode, approvedOnly && css.chosen)}>
            <dt>With it</dt>
            <dd>
              Dates, amounts, codes and choices are filled into the places you left for them. What visitors
              typed freely and texts of other systems never are: a draft that would repeat them cannot be
              saved.
            </dd>
          </div>
          <div className={classes(css.mode, !approvedOnly && css.chosen)}>
            <dt>Without it</dt>
            <dd>
              Flows may also repeat what a visitor typed and what a system answered, such as the name of a
              product. Nothing is ever made up either way.
            </dd>
          </div>
        </dl>
      </div>
    </Section>
  )
}

function About() {
  const definition = useDefinition()
  const draft = useDraft()
  const nameFault = useFault('name')
  const mayWrite = mayEdit(useDesk().me.person.role)
  return (
    <Section title="Name and language">
      <div className={css.pair}>
        <TextField
          label="Name it speaks under"
          value={definition.name}
          onChange={(name) => draft.change((before) => ({ ...before, name }))}
          isReadOnly={!mayWrite}
          error={nameFault}
          live
          maxLength={60}
        />
        <Select
          label="First language"
          value={definition.language}
          choices={languages.map((id) => ({ id, name: languageNames[id] }))}
          onChange={(language: Language) => mayWrite && draft.change((before) => ({ ...before, language }))}
        />
      </div>
      <p className={css.hint}>
        Every text has to be there in the first language; it stands in where another one is missing.
      </p>
    </Section>
  )
}

function CallsPerson() {
  const { triggers } = useDefinition()
  const draft = useDraft()
  const mayWrite = mayEdit(useDesk().me.person.role)
  return (
    <Section
      title="Words that call a person at once"
      lead="Looked at before anything else. Who asks for a person, and who speaks of harming themselves, gets one always."
    >
      <div className={css.triggers}>
        {(Object.keys(triggerWords) as (keyof Triggers)[]).map((name) => (
          <ChoiceSwitch
            key={name}
            label={triggerWords[name].label}
            hint={triggerWords[name].hint}
            checked={triggers[name]}
            disabled={!mayWrite}
            onChange={(on) =>
              draft.change((before) => ({ ...before, triggers: { ...before.triggers, [name]: on } }))
            }
          />
        ))}
      </div>
    </Section>
  )
}
