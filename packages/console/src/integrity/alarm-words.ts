/** Alarms in words for people: what happened, and what helps. */
import type { AlarmKind, IntegrityAlarm } from '@candor/protocol/integrity-api.ts'
import type { IconName } from '../design/icons.tsx'

export const alarmNames: Record<AlarmKind, string> = {
  'unknown-script': 'Unknown script',
  'unknown-hash': 'Known script, new content',
  'two-variants': 'Two variants at once',
  'new-connect-target': 'New place that data goes to',
  'headers-weakened': 'Security headers weakened',
  'loader-missing': 'Chat loader gone',
  'loader-unpinned': 'Chat loader not pinned',
  'loader-old': 'Old chat loader',
  'reports-silent': 'Reports fell silent',
  'frame-silent': 'Chat frame silent',
  'release-unverified': 'Release not verified',
  'release-unattested': 'Release without matching builds',
  'card-fields-unapproved': 'Card fields on an unapproved page',
  'canary-seen': 'Canary card number seen leaving',
  flood: 'Flood of reports',
}

/** What to look at, or to do, before one decides. */
export const alarmHelp: Record<AlarmKind, string> = {
  'unknown-script':
    'Ask who put it there. If nobody knows, take it off the page: approving it here changes nothing there.',
  'unknown-hash': 'Compare the content with what was approved, and ask its owner whether they released it.',
  'two-variants':
    'Somebody may serve an altered script to some visitors only. Compare both; a roll-out that its owner confirms ends by itself.',
  'new-connect-target':
    'Find out which script connects there. A target that nobody ordered, on a page with card fields, is an incident until shown otherwise.',
  'headers-weakened':
    'A deployment may have dropped the headers. Put them back: without them browsers do not report.',
  'loader-missing': 'Visitors of this page get no chat. See whether the tag was removed on purpose.',
  'loader-unpinned':
    'Without its integrity attribute a browser runs whatever is served. Put the whole tag back.',
  'loader-old': 'The page loads a loader of an earlier installation. Copy the tag anew.',
  'reports-silent':
    'Page views go on, hash reports do not: a header is gone, or somebody keeps reports away. Check the page’s response headers first.',
  'frame-silent':
    'The chat’s frame did not answer in time: a blocked frame, a network fault, or an altered one.',
  'release-unverified':
    'Visitors’ loaders refused a release, so no chat ran for them. See which one the installation serves.',
  'release-unattested': 'Two independent builds have to agree with a release. Ask who signed this one.',
  'card-fields-unapproved':
    'The chat stays closed there. Approve the page in the settings, or keep it that way.',
  'canary-seen':
    'This is proof: a made-up card number that the watcher typed left the page for a host you never approved. Take the script off the page now.',
  flood:
    'More reports than the page’s views explain. They are counted and kept apart; they raise nothing else.',
}

export const weightNames: Record<IntegrityAlarm['weight'], string> = {
  proof: 'Proof',
  finding: 'Finding',
  gap: 'Blind spot',
}

export const weightSays: Record<IntegrityAlarm['weight'], string> = {
  proof: 'Data was seen on its way out.',
  finding: 'Something changed.',
  gap: 'Something cannot be seen.',
}

export const weightIcons: Record<IntegrityAlarm['weight'], IconName> = {
  proof: 'alarm',
  finding: 'warning',
  gap: 'eye',
}

export const weightTones = { proof: 'bad', finding: 'warn', gap: undefined } as const

const weights: readonly IntegrityAlarm['weight'][] = ['proof', 'finding', 'gap']

/** The heaviest first, then the newest. */
export function byWeight(alarms: readonly IntegrityAlarm[]): IntegrityAlarm[] {
  return alarms.toSorted(
    (a, b) =>
      weights.indexOf(a.weight) - weights.indexOf(b.weight) ||
      Date.parse(b.raisedAt) - Date.parse(a.raisedAt),
  )
}

export const stateNames: Record<IntegrityAlarm['state'], string> = {
  open: 'Open',
  approved: 'Approved',
  contained: 'Contained',
  incident: 'Incidents',
  dismissed: 'Dismissed',
}
