/** How often the watcher goes to a page. */
export const schedules = [
  { minutes: 5, name: 'Every 5 minutes' },
  { minutes: 15, name: 'Every 15 minutes' },
  { minutes: 60, name: 'Every hour' },
  { minutes: 360, name: 'Every 6 hours' },
  { minutes: 1_440, name: 'Every day' },
] as const

export function everyOf(minutes: number): string {
  const known = schedules.find((one) => one.minutes === minutes)
  if (known) return known.name
  return minutes % 60 === 0 ? `Every ${minutes / 60} hours` : `Every ${minutes} minutes`
}

/** Host names as they are typed, one a line or with commas; the first that is none, for the refusal beside the field. */
export function readHosts(text: string): { hosts: string[]; wrong: string | null } {
  const given = text.split(/[\s,]+/).filter(Boolean)
  const hosts: string[] = []
  for (const one of given) {
    const host = one
      .toLowerCase()
      .replace(/^https:\/\//, '')
      .replace(/\/$/, '')
    if (!/^(?=.{1,253}(?::\d{1,5})?$)[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?$/.test(host))
      return { hosts: [], wrong: one }
    if (!hosts.includes(host)) hosts.push(host)
  }
  return { hosts, wrong: null }
}
