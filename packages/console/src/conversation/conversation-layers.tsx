/** What is asked before an action: to whom, with which tag, which canned reply. */
import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Avatar } from '../design/avatar.tsx'
import { Button } from '../design/controls.tsx'
import { Dialog } from '../design/dialog.tsx'
import { TextField } from '../design/text-field.tsx'
import { matches, Picker, type Option } from '../design/picker.tsx'
import { PickerDialog } from '../design/picker-dialog.tsx'
import { useDesk, useRow } from '../live/desk-context.ts'
import { useObservable } from '../live/observable.ts'
import { cannedQuery, peopleQuery, queuesQuery } from '../session/session.ts'
import type { ConversationActions } from './conversation-actions.ts'
import type { Layer } from './conversation-pane.tsx'
import { guardDraft } from './guard-draft.ts'
import css from './conversation-layers.module.css'

interface LayerProps {
  layer: Layer
  id: string
  act: ConversationActions
  onClose(): void
  onInsert(text: string): void
}

export function ConversationLayer(props: LayerProps) {
  switch (props.layer) {
    case 'assign':
      return <Assign {...props} />
    case 'transfer':
      return <Transfer {...props} />
    case 'tag':
      return <Tags {...props} />
    case 'canned':
      return <Canned {...props} />
  }
}

function usePeopleOptions(query: string): Option[] {
  const { me, team } = useDesk()
  const here = new Set(useObservable(team).map((actor) => actor.id))
  const { data: people = [] } = useQuery(peopleQuery)
  return people
    .filter(({ deactivatedAt, role }) => deactivatedAt === null && role !== 'privacy-officer')
    .filter((person) => matches(query, `${person.name} ${person.email}`))
    .toSorted((a, b) => Number(here.has(b.id)) - Number(here.has(a.id)) || a.name.localeCompare(b.name))
    .map((person) => ({
      id: person.id,
      title: person.id === me.person.id ? `${person.name} (you)` : person.name,
      hint: here.has(person.id) ? 'online' : 'away',
      lead: <Avatar name={person.name} kind="agent" size="s" online={here.has(person.id)} />,
    }))
}

function Assign({ id, act, onClose }: LayerProps) {
  const [query, setQuery] = useState('')
  const { data: people = [] } = useQuery(peopleQuery)
  const options = usePeopleOptions(query)
  const all: Option[] = matches(query, 'Nobody put it back into the queue')
    ? [...options, { id: 'nobody', title: 'Nobody', hint: 'put it back into the queue', icon: 'people' }]
    : options
  return (
    <PickerDialog label="Assign the conversation" onClose={onClose}>
      <Picker
        label="Assign to"
        placeholder="Assign to…"
        query={query}
        onQuery={setQuery}
        options={all}
        onPick={(picked) => {
          onClose()
          const person = people.find((one) => one.id === picked)
          void act.assign(id, person ? { id: person.id, name: person.name } : null)
        }}
      />
    </PickerDialog>
  )
}

function Transfer({ id, act, onClose }: LayerProps) {
  const { formats } = useDesk()
  const [query, setQuery] = useState('')
  const [to, setTo] = useState<{ kind: 'queue' | 'agent'; id: string; name: string } | null>(null)
  const [note, setNote] = useState('')
  const [fault, setFault] = useState<string>()
  const { data: queues = [] } = useQuery(queuesQuery)
  const { data: names = [] } = useQuery(peopleQuery)
  const people = usePeopleOptions(query)

  if (to === null) {
    const options: Option[] = [
      ...queues
        .filter((queue) => queue.archivedAt === null && matches(query, queue.name))
        .map((queue): Option => ({ id: queue.id, title: queue.name, hint: 'queue', icon: 'people' })),
      ...people,
    ]
    return (
      <PickerDialog label="Transfer the conversation" onClose={onClose}>
        <Picker
          label="Transfer to"
          placeholder="Transfer to a queue or a person…"
          query={query}
          onQuery={setQuery}
          options={options}
          onPick={(picked) => {
            const queue = queues.find((one) => one.id === picked)
            const name = queue?.name ?? names.find((one) => one.id === picked)?.name ?? ''
            setTo({ kind: queue ? 'queue' : 'agent', id: picked, name })
          }}
        />
      </PickerDialog>
    )
  }
  const transfer = (): void => {
    if (guardDraft(note, [], formats.get()))
      return setFault('This note holds a card number. Remove it; notes are stored like messages.')
    onClose()
    void act.transfer(id, to.kind === 'queue' ? { queue: to.id } : { agent: to.id }, note)
  }
  return (
    <Dialog title={`Transfer to ${to.name}`} onClose={onClose}>
      <form
        className={css.form}
        onSubmit={(event) => {
          event.preventDefault()
          transfer()
        }}
      >
        <TextField
          label="Note for whoever takes it"
          hint="Only your colleagues see this. Say what you tried and what is promised."
          multiline
          rows={4}
          value={note}
          onChange={(next) => {
            setNote(next)
            setFault(undefined)
          }}
          error={fault}
          autoFocus
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) transfer()
          }}
        />
        <div className={css.buttons}>
          <Button tone="quiet" onPress={() => setTo(null)}>
            Somebody else
          </Button>
          <Button tone="main" type="submit" icon="transfer">
            Transfer
          </Button>
        </div>
      </form>
    </Dialog>
  )
}

/** Tags in use among the rows here; a tag is made by using it. */
function Tags({ id, act, onClose }: LayerProps) {
  const { rows } = useDesk()
  const [query, setQuery] = useState('')
  const tags = useRow(id)?.tags ?? []
  const known = new Set(tags)
  for (const other of rows.order.all.get()) for (const tag of rows.row(other)!.tags) known.add(tag)
  const wanted = query.trim().toLowerCase().replaceAll(/\s+/g, '-')
  const options: Option[] = [...known]
    .filter((tag) => matches(query, tag))
    .toSorted((a, b) => Number(tags.includes(b)) - Number(tags.includes(a)) || a.localeCompare(b))
    .map((tag) => ({ id: tag, title: tag, icon: 'tag', chosen: tags.includes(tag) }))
  if (wanted !== '' && !known.has(wanted))
    options.push({ id: wanted, title: `New tag “${wanted}”`, icon: 'plus' })
  return (
    <PickerDialog label="Tag the conversation" onClose={onClose}>
      <Picker
        label="Tags"
        placeholder="Add or remove a tag…"
        query={query}
        onQuery={setQuery}
        options={options}
        nothing="No tags yet. Type a name to make one."
        onPick={(tag) => {
          setQuery('')
          void (tags.includes(tag) ? act.tag(id, [], [tag]) : act.tag(id, [tag], []))
        }}
      />
    </PickerDialog>
  )
}

function Canned({ onClose, onInsert }: LayerProps) {
  const [query, setQuery] = useState('')
  const { data: replies = [] } = useQuery(cannedQuery)
  const options: Option[] = replies
    .filter((reply) => matches(query, `${reply.shortcut} ${reply.title} ${reply.text}`))
    .toSorted((a, b) => Number(b.shortcut.startsWith(query)) - Number(a.shortcut.startsWith(query)))
    .map((reply) => ({
      id: reply.id,
      title: reply.title,
      hint: reply.text,
      lead: <span className={css.shortcut}>/{reply.shortcut}</span>,
    }))
  return (
    <PickerDialog label="Canned replies" onClose={onClose} low>
      <Picker
        label="Canned replies"
        placeholder="Filter canned replies…"
        query={query}
        onQuery={(next) => setQuery(next.replace(/^\//, ''))}
        options={options}
        nothing="No canned reply matches. Administrators write them in the settings."
        onPick={(picked) => {
          onClose()
          const reply = replies.find((one) => one.id === picked)
          if (reply) onInsert(reply.text)
        }}
      />
    </PickerDialog>
  )
}
