import type { AlarmKind, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'

/** Something that an alarm is raised for, as one batch showed it. */
export interface Sighting {
  kind: AlarmKind
  /** 0: about no page. */
  template: number
  page: string | null
  script: string | null
  hash: string | null
  what: string
  at: number
  networks: ReadonlyMap<string, Shown>
  /** The numbers are of all that is known, not of this batch alone. */
  total?: boolean
  /** Two networks of one day showed it before. */
  several: boolean
  /** Of the last hour's page views that could have shown it; null where there is no such number. */
  share: number | null
}

/** How many page views of the loader show it, and how many reports of browsers: both may tell of the same view. */
export interface Shown {
  views: number
  reports: number
}

export const weights: Readonly<Record<AlarmKind, IntegrityAlarm['weight']>> = {
  'unknown-script': 'finding',
  'unknown-hash': 'finding',
  'two-variants': 'finding',
  'new-connect-target': 'finding',
  'headers-weakened': 'finding',
  'loader-missing': 'finding',
  'loader-unpinned': 'finding',
  'loader-old': 'finding',
  'reports-silent': 'gap',
  'frame-silent': 'gap',
  'release-unverified': 'finding',
  'release-unattested': 'proof',
  'card-fields-unapproved': 'finding',
  'canary-seen': 'proof',
  flood: 'gap',
}

/** What makes two sightings the same alarm. */
export function alarmKey(of: Pick<Sighting, 'kind' | 'template' | 'script' | 'hash'>): string {
  return [of.kind, of.template, of.script ?? '', of.hash ?? ''].join('\n')
}
