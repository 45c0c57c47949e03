import { useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import type { Queue } from '@candor/protocol/api.ts'
import { Icon } from '../design/icons.tsx'
import { MenuButton, type MenuEntry } from '../design/menu-button.tsx'
import { Section } from '../design/page.tsx'
import { Select } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { fullTime } from '../design/times.tsx'
import { api } from '../live/api-client.ts'
import { queuesQuery } from '../session/session.ts'
import { showToast } from '../shell/toasts.tsx'
import { Ask } from './ask.tsx'
import { AddForm, ItemList, valueOf } from './list-form.tsx'
import css from './settings-parts.module.css'

type QueueDeed = 'rename' | 'default' | 'archive'

export function QueuesSection() {
  const [open, setOpen] = useState<{ queue: Queue; deed: QueueDeed } | null>(null)
  const { data: queues = [] } = useQuery(queuesQuery)
  const inUse = queues.filter((queue) => queue.archivedAt === null)
  const close = () => setOpen(null)
  return (
    <>
      <Section title="Queues" lead="Conversations wait here for a person.">
        <ItemList<Queue>
          name="queues"
          nothing="No queue yet: everybody sees every waiting conversation."
          render={(queue) => (
            <div className={css.row}>
              <p className={`${css.name} ${css.grow}`}>
                {queue.name}
                {queue.isDefault && <span className={css.badge}>New conversations</span>}
                {queue.archivedAt !== null && <span className={css.badge}>Archived</span>}
              </p>
              {queue.archivedAt === null ? (
                <MenuButton
                  label={`Change ${queue.name}`}
                  className={css.more}
                  entries={() => entriesFor(queue, inUse.length, (deed) => setOpen({ queue, deed }))}
                >
                  <Icon name="more" />
                </MenuButton>
              ) : (
                <span className={css.soft}>since {fullTime(queue.archivedAt)}</span>
              )}
            </div>
          )}
        />
        {open?.deed === 'rename' && <Rename queue={open.queue} onClose={close} />}
        {open?.deed === 'default' && <MakeDefault queue={open.queue} onClose={close} />}
        {open?.deed === 'archive' && (
          <Archive
            queue={open.queue}
            others={inUse.filter(({ id }) => id !== open.queue.id)}
            onClose={close}
          />
        )}
      </Section>
      <Section title="Add a queue">
        <AddForm<Queue>
          name="queues"
          submit="Add the queue"
          read={(form) => ({ name: valueOf(form, 'name') })}
        >
          {(faults) => (
            <TextField label="Name" name="name" isRequired autoComplete="off" error={faults['name']} />
          )}
        </AddForm>
      </Section>
    </>
  )
}

function entriesFor(queue: Queue, inUse: number, onDeed: (deed: QueueDeed) => void): MenuEntry[] {
  return [
    { icon: 'edit', label: 'Rename', run: () => onDeed('rename') },
    ...(queue.isDefault
      ? []
      : [
          {
            icon: 'inbox',
            label: 'New conversations come here',
            run: () => onDeed('default'),
          } satisfies MenuEntry,
        ]),
    // The last one stays: conversations must wait somewhere.
    ...(inUse > 1
      ? [{ icon: 'page', label: 'Archive', danger: true, run: () => onDeed('archive') } satisfies MenuEntry]
      : []),
  ]
}

function Rename({ queue, onClose }: { queue: Queue; onClose(): void }) {
  return (
    <Ask
      title={`Rename ${queue.name}`}
      confirm="Save"
      list="queues"
      act={(form) => api.patch(`/queues/${queue.id}`, { name: valueOf(form, 'name') })}
      onClose={onClose}
    >
      {(faults) => (
        <TextField
          label="Name"
          name="name"
          isRequired
          autoComplete="off"
          defaultValue={queue.name}
          error={faults['name']}
        />
      )}
    </Ask>
  )
}

function MakeDefault({ queue, onClose }: { queue: Queue; onClose(): void }) {
  return (
    <Ask
      title={`Send new conversations to ${queue.name}?`}
      confirm="Send them here"
      list="queues"
      act={() => api.patch(`/queues/${queue.id}`, { isDefault: true })}
      onClose={onClose}
    >
      <p>Conversations that wait already stay where they are.</p>
    </Ask>
  )
}

function Archive({ queue, others, onClose }: { queue: Queue; others: readonly Queue[]; onClose(): void }) {
  const [to, setTo] = useState(others[0]?.id ?? '')
  const target = others.find(({ id }) => id === to)?.name ?? ''
  return (
    <Ask
      title={`Archive ${queue.name}?`}
      confirm="Archive"
      danger
      list="queues"
      act={async () => {
        await api.post(`/queues/${queue.id}/archive`, { moveTo: to })
        showToast(`${queue.name} is archived. Its conversations are in ${target}.`)
      }}
      onClose={onClose}
    >
      <ul className={css.says}>
        <li>Its open conversations move, and whoever answers one keeps it.</li>
        <li>What comes back to it later goes to the same queue.</li>
        {queue.isDefault && <li>New conversations go there too.</li>}
      </ul>
      <Select label="Move conversations to" value={to} onChange={setTo} choices={others} />
    </Ask>
  )
}
