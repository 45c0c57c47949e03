/** The entry under which this person reads the open conversation. It leads to who else did. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { Icon } from '../design/icons.tsx'
import { newestEntryOf } from '../access/newest-entry.ts'
import { useDesk } from '../live/desk-context.ts'
import { useObserved } from '../live/observable.ts'
import css from './entry-chip.module.css'

/** Who steps through the list asks for no entry on the way. */
const settledMs = 400

export function EntryChip({ id }: { id: string }) {
  const { conversations, me } = useDesk()
  const done = useObserved(conversations.thread(id), (thread) => thread.loading === 'done')
  const [settled, setSettled] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), settledMs)
    return () => clearTimeout(timer)
  }, [])
  const { data } = useQuery({
    queryKey: ['access', 'own', id],
    queryFn: ({ signal }) => newestEntryOf(id, `agent:${me.person.id}`, signal),
    enabled: done && settled,
    // Each opening is an entry of its own.
    staleTime: 0,
    retry: false,
  })
  if (!data) return null
  return (
    <Link
      to="/access/conversation/$id"
      params={{ id }}
      search={{ entry: data.index }}
      className={css.chip ?? ''}
      title="Your reading is this entry of the access log. See who else read it."
    >
      <Icon name="shield" size={14} />
      <span>
        <span className={css.word}>Entry </span>#{data.index.toLocaleString()}
      </span>
    </Link>
  )
}
