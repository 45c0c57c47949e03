/** Says each alarm that is raised while one looks, once and politely. */
import { useEffect, useRef, useState } from 'react'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { alarmNames } from '../alarm-words.ts'
import { alarmsQuery } from '../integrity-queries.ts'

export function NewAlarms() {
  const { data } = useQuery(alarmsQuery('open'))
  const client = useQueryClient()
  const known = useRef<Set<string> | null>(null)
  const [said, setSaid] = useState('')
  useEffect(() => {
    if (!data) return
    const before = known.current
    known.current = new Set([...(before ?? []), ...data.map(({ id }) => id)])
    // What was there when the page came stands on the page.
    const news = before === null ? [] : data.filter(({ id }) => !before.has(id))
    if (news.length === 0) return
    setSaid(news.map(({ kind, what }) => `New alarm: ${alarmNames[kind]}. ${what}`).join(' '))
    // What raised it stands in the inventory now.
    for (const what of ['home', 'pages', 'scripts'])
      void client.invalidateQueries({ queryKey: ['integrity', what] })
  }, [data, client])
  return (
    <p className="visually-hidden" role="status" aria-live="polite">
      {said}
    </p>
  )
}
