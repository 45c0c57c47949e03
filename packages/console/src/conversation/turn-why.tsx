/** Why the virtual agent did what it did, for staff: quiet below its message, all of it when it is opened. */
import { useMemo, useRef, useState, type FormEvent } from 'react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { textCharactersMax } from '@candor/protocol/frames.ts'
import type { TurnItem } from '@candor/protocol/fold-events.ts'
import type { WrongAnswerReport } from '@candor/protocol/virtual-agent-results.ts'
import type { TurnRecord } from '@candor/virtual-agent/turn-record.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { TextField } from '../design/text-field.tsx'
import { api } from '../live/api-client.ts'
import { versionQuery } from '../virtual-agent/authoring-queries.ts'
import { nameOfIntentId } from '../virtual-agent/intents/intent-names.ts'
import type { TraceNames } from '../virtual-agent/try/trace-words.ts'
import { WhyTrace } from '../virtual-agent/try/why-trace.tsx'
import css from './turn-why.module.css'

export function TurnWhy({ conversation, turn }: { conversation: string; turn: TurnItem }) {
  const [open, setOpen] = useState(false)
  const why = useRef<HTMLDivElement>(null)
  const record = recordOf(turn)
  const names = useNames(turn.data.version, open, record)
  const { does } = record ?? {}
  if (!record?.trace)
    return (
      <p className={css.gone}>
        <span className={css.ask}>Why?</span> {withoutTrace(record)}
      </p>
    )
  return (
    <div className={css.why} ref={why}>
      <WhyTrace
        trace={record.trace}
        names={names}
        onOpen={(next) => {
          setOpen(next)
          // The transcript grows upwards: what was asked for would leave at the top.
          if (next) why.current?.querySelector('summary')?.scrollIntoView({ block: 'nearest' })
        }}
      >
        {does?.kind === 'call' && (
          <p>
            It asked the tool <code>{does.call.tool}</code> and went on with what came back.
          </p>
        )}
        {does?.kind === 'handOver' && (
          <p>
            It handed over to a person: <code>{does.reason}</code>
          </p>
        )}
        <Report conversation={conversation} turn={turn.id} />
        <p className={css.version}>Decided by version {turn.data.version}</p>
      </WhyTrace>
    </div>
  )
}

function Report({ conversation, turn }: { conversation: string; turn: string }) {
  const [asked, setAsked] = useState(false)
  const [note, setNote] = useState('')
  const report = useMutation({
    mutationFn: () =>
      api.post<WrongAnswerReport>(
        `/conversations/${conversation}/turns/${turn}/report`,
        note.trim() === '' ? {} : { note: note.trim() },
      ),
  })
  if (report.isSuccess)
    return (
      <p className={css.reported} role="status">
        <Icon name="check" size={16} /> Reported as wrong. Its authors see it in the results.
      </p>
    )
  if (!asked)
    return (
      <div>
        <Button icon="warning" onPress={() => setAsked(true)}>
          Report a wrong answer
        </Button>
      </div>
    )
  return (
    <form
      className={css.form}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        if (!report.isPending) report.mutate()
      }}
    >
      <TextField
        label="What was wrong (optional)"
        value={note}
        onChange={setNote}
        multiline
        rows={2}
        maxLength={textCharactersMax}
        hint="It becomes a private note in this conversation."
        error={report.error?.message}
        autoFocus
      />
      <div className={css.buttons}>
        <Button type="submit" tone="main" isDisabled={report.isPending}>
          Report
        </Button>
        <Button tone="quiet" onPress={() => setAsked(false)}>
          Cancel
        </Button>
      </div>
    </form>
  )
}

/** What this version calls things. It is asked for when somebody wants to know; until then an id has to do. */
function useNames(version: number, wanted: boolean, record: TurnRecord | null): TraceNames {
  const { data } = useQuery({ ...versionQuery(version), enabled: wanted, staleTime: Infinity, retry: false })
  return useMemo(() => {
    const passage = record?.trace?.passage
    return {
      intent: (id) => (data ? nameOfIntentId(data.definition, id) : inWords(id)),
      flow: (id) =>
        data?.definition.flows.find((flow) => flow.id === id)?.title[data.definition.language] ?? inWords(id),
      article: (id) => (passage?.article === id ? passage.title : id),
    }
  }, [data, record])
}

/** Null for one of another version of the program, or emptied. */
function recordOf(turn: TurnItem): TurnRecord | null {
  const { record } = turn.data
  return record?.['version'] === 1 ? (record as unknown as TurnRecord) : null
}

function withoutTrace(record: TurnRecord | null): string {
  if (record === null)
    return 'This cannot be told any more: a text that it was made from was masked or deleted.'
  if (record.does.kind !== 'handOver') return 'Nothing was kept of it.'
  return (
    {
      'card-data': 'What it would have kept or said reads as card data, so it called a person.',
      'text-not-approved': 'What it would have said is none of the approved texts, so it called a person.',
      'record-gone': 'What it was made from was masked or deleted meanwhile, so it called a person.',
      'too-many-steps': 'A flow called one tool after the other without an end, so it called a person.',
      fault: 'A fault of the program; a person was called.',
    }[record.does.reason] ?? `It called a person: ${inWords(record.does.reason)}.`
  )
}

function inWords(id: string): string {
  return id.replaceAll('-', ' ')
}
