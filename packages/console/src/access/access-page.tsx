/** The whole log, by customer, person, day and hour. */
import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { AccessLogStatus } from '@candor/protocol/api.ts'
import { Button } from '../design/controls.tsx'
import { Icon } from '../design/icons.tsx'
import { Select } from '../design/select.tsx'
import { TextField } from '../design/text-field.tsx'
import { preciseTime } from '../design/times.tsx'
import { peopleQuery } from '../session/session.ts'
import { AccessFrame } from './access-frame.tsx'
import { logStatusQuery } from './access-queries.ts'
import { filterOf, type AccessSearch } from './access-search.ts'
import { EntryList } from './entry-list.tsx'
import { fileOf, HandOut } from './hand-out.tsx'
import { useChecked } from './use-checked.ts'
import { Verdict } from './verdict.tsx'
import css from './access-page.module.css'

const kinds = [
  { id: '', name: 'Everything' },
  { id: 'open', name: 'Opened at rest' },
  { id: 'join', name: 'Joined live' },
  { id: 'denial', name: 'Refused' },
  { id: 'session-key', name: 'Browser keys' },
  { id: 'key-made', name: 'Keys made' },
  { id: 'key-destroyed', name: 'Keys destroyed' },
  { id: 'erasure', name: 'Erasures' },
  { id: 'hold', name: 'Legal holds' },
  { id: 'access-widened', name: 'Settings of access' },
  { id: 'suspension', name: 'Suspensions' },
  { id: 'alarm', name: 'Alarms' },
] as const

const hours = [
  { id: '', name: 'All day' },
  ...Array.from({ length: 24 }, (_, hour) => ({
    id: String(hour),
    name: `${String(hour).padStart(2, '0')}:00 to ${String((hour + 1) % 24).padStart(2, '0')}:00`,
  })),
]

export function AccessPage() {
  const search = useSearch({ from: '/signed-in/access' })
  const navigate = useNavigate({ from: '/access' })
  const { data: people = [] } = useQuery(peopleQuery)
  const entries = useChecked(filterOf(search), search.entry !== undefined)

  const set = (change: { [K in keyof AccessSearch]?: AccessSearch[K] | undefined }): void =>
    void navigate({
      replace: true,
      search: (before) => {
        const { entry: _, ...kept } = before
        const next = { ...kept, ...change }
        return Object.fromEntries(
          Object.entries(next).filter(([, value]) => value !== undefined && value !== ''),
        ) as AccessSearch
      },
    })
  const narrowed = Object.keys(search).length > 0
  return (
    <AccessFrame title="Access log" lead={<LogLine />}>
      <div className={css.filters} role="search" aria-label="Entries">
        <Select
          label="Who read"
          value={search.actor ?? ''}
          onChange={(actor) => set({ actor })}
          choices={[
            { id: '', name: 'Anybody' },
            ...people.map((person) => ({ id: `agent:${person.id}`, name: person.name })),
            ...(search.actor && !people.some(({ id }) => `agent:${id}` === search.actor)
              ? [
                  {
                    id: search.actor,
                    name: search.actor.split(':')[0] === 'api' ? 'An API key' : 'Somebody else',
                  },
                ]
              : []),
          ]}
        />
        <TextField
          label="Day"
          type="date"
          value={search.day ?? ''}
          onChange={(day) => set({ day, ...(day === '' && { hour: undefined }) })}
        />
        <Select
          label="Hour"
          value={search.hour === undefined ? '' : String(search.hour)}
          onChange={(hour) =>
            set(
              hour === ''
                ? { hour: undefined }
                : { hour: Number(hour), day: search.day ?? new Date().toLocaleDateString('sv') },
            )
          }
          choices={hours}
        />
        <Select label="What" value={search.type ?? ''} onChange={(type) => set({ type })} choices={kinds} />
        <TextField
          label="Customer"
          placeholder="Id of a customer"
          value={search.customer ?? ''}
          onChange={(customer) => set({ customer: customer.trim() })}
        />
        {narrowed && (
          <Button
            tone="quiet"
            icon="close"
            className={css.clear}
            onPress={() => void navigate({ search: {}, replace: true })}
          >
            Clear
          </Button>
        )}
      </div>
      <div className={css.stack}>
        {entries.listed.length > 0 && (
          <Verdict entries={entries} action={<HandOut entries={entries} name={nameOf(search)} />} />
        )}
        <h2 className="visually-hidden">Entries</h2>
        <EntryList
          entries={entries}
          withConversation
          initial={search.entry}
          nothing={narrowed ? 'No entry is like that.' : 'Nothing has been logged yet.'}
        />
        {entries.bundle && (
          <p className={css.foot}>
            <Icon name="shield" size={14} /> A third person checks the bundle offline:{' '}
            <code>npx candor verify --bundle {fileOf(nameOf(search))}</code>
          </p>
        )}
      </div>
    </AccessFrame>
  )
}

/** How the log itself is. */
function LogLine() {
  const { data } = useQuery(logStatusQuery)
  if (!data) return <>Everything that opened text, and everything that changed who may.</>
  const faulty = data.witnesses.find(({ fault }) => fault !== null)
  return (
    <>
      {data.entries.toLocaleString()} entries.{' '}
      {data.checkpointAt === null
        ? 'No checkpoint yet.'
        : `Newest checkpoint ${preciseTime(data.checkpointAt)}, over ${data.size.toLocaleString()} of them, ${witnessesOf(data)}.`}{' '}
      {faulty && (
        <strong className={css.danger}>
          {faulty.vkey.split('+')[0]}: {faulty.fault}
        </strong>
      )}
    </>
  )
}

const witnessesOf = ({ quorum, witnesses }: AccessLogStatus): string =>
  witnesses.length === 0 ? 'without a witness' : `by at least ${quorum} of ${witnesses.length} witnesses`

function nameOf({ customer, actor, day, hour }: AccessSearch): string {
  const parts = [
    customer && `customer-${customer.slice(-12)}`,
    actor && `${actor.split(':')[0]}-${actor.slice(-12)}`,
    day,
    hour !== undefined && `${String(hour).padStart(2, '0')}h`,
  ].filter(Boolean)
  return parts.length === 0 ? 'log' : parts.join('-')
}
