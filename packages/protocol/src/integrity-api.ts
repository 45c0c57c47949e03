/**
 * Shapes of integrity: what visitors' browsers report, what a tenant's pages run, what was found, and how it is
 * contained. JSON under /v1/integrity, for administrators, supervisors and privacy officers; docs/integrity.md tells
 * the story. Every time is RFC 3339 in UTC, every hash `sha256-` and base64 as browsers write it.
 */

/**
 * POST /v1/page-views, sent by the loader with `navigator.sendBeacon` (text/plain, so without a preflight). About the
 * page and its scripts, never about the person: no field values, no query, no cookie. Short names: the loader pays for
 * each byte.
 */
export interface PageViewReport {
  /** Public id of the tenant. */
  t: string
  /** UUID of this tab's visit, in the page's session storage. */
  v: string
  /** UUID of this page view; a second report of the same view adds to it. */
  n: string
  /** Origin and path. */
  u: string
  /** Card fields are present. */
  c: boolean
  /** Address of the loader's script, and whether the page pins it (`integrity`). */
  l: string
  i: boolean
  /** Id of the release whose frame was built; '' before that. */
  m: string
  /** Addresses of the page's scripts, inline ones left out. */
  s: string[]
  /** What went wrong: the frame said nothing in time, or no release could be verified. */
  e: '' | 'silent' | 'unverified'
}

/** Where a browser sends `application/reports+json`: POST /v1/reports/<public id of the tenant>. */
export const reportsPath = '/v1/reports/'

/** A page as it is watched: the origin and the path, with what differs between visits replaced by `:id`. */
export interface PageTemplate {
  id: string
  template: string
  /** Visitors' browsers report from it, or the watcher goes there. */
  cardFields: boolean
  /** Card fields, and a tenant's administrator approved that the chat opens there. */
  cardFieldsApproved: boolean
  firstSeenAt: string
  lastSeenAt: string
  views24h: number
  /** Newest report of a browser (`csp-hash`), null where none ever came: the tenant's header is missing. */
  reportedAt: string | null
  /** Of the last hour's page views, how many came with hash reports; null without views. */
  reportingShare: number | null
  openAlarms: number
}

export type ScriptState = 'new' | 'approved' | 'refused'

/** A script on a page template: an entry of the inventory (PCI DSS 6.4.3). */
export interface InventoryScript {
  id: string
  template: string
  url: string
  state: ScriptState
  owner: string | null
  justification: string | null
  approvedBy: string | null
  approvedAt: string | null
  firstSeenAt: string
  lastSeenAt: string
  /** Newest last. */
  hashes: ScriptHash[]
}

export interface ScriptHash {
  /** null: seen by its address only, by a browser that reports no hashes. */
  hash: string | null
  state: ScriptState
  firstSeenAt: string
  lastSeenAt: string
  /** Page views whose browser reported it. */
  views: number
  /** Share of the last hour's reporting page views of the template, 0 to 1. */
  share: number
  approvedBy: string | null
  /** The body could be fetched, and has this very hash: GET /v1/integrity/bodies/<hash>, text. */
  bodyKept: boolean
}

export const alarmKinds = [
  'unknown-script',
  'unknown-hash',
  'two-variants',
  'new-connect-target',
  'headers-weakened',
  'loader-missing',
  'loader-unpinned',
  'loader-old',
  'reports-silent',
  'frame-silent',
  'release-unverified',
  'release-unattested',
  'card-fields-unapproved',
  'canary-seen',
  'flood',
] as const

export type AlarmKind = (typeof alarmKinds)[number]

export interface IntegrityAlarm {
  id: string
  kind: AlarmKind
  /** `proof`: data was seen on its way out. `finding`: something changed. `gap`: something cannot be seen. */
  weight: 'proof' | 'finding' | 'gap'
  /** null: about the installation. */
  template: string | null
  page: string | null
  script: string | null
  hash: string | null
  /** In words, of one sentence. */
  what: string
  firstSeenAt: string
  lastSeenAt: string
  raisedAt: string
  /** Page views or reports that show it, and their share of those that could have, 0 to 1. */
  views: number
  share: number | null
  /** Networks (salted hashes of addresses) that they came from: one is easily forged, many are not. */
  sources: number
  state: 'open' | 'approved' | 'contained' | 'incident' | 'dismissed'
  by: string | null
  at: string | null
  /** The containment that answers it, by hand or by the playbook. */
  containment: string | null
  bodyKept: boolean
  /**
   * How hard it is to have invented this: `one-network` could be one person with a script, `several-networks` takes as
   * many networks, `fetched` was seen by the server itself, which got the very content.
   */
  standing?: 'one-network' | 'several-networks' | 'fetched'
  /** In the networks that showed it, since: all page views of the page, and those of them that did not show it. */
  compared?: { pageViews: number; without: number }
  justification?: string | null
}

/** POST /v1/integrity/alarms/{id}/{approve|dismiss} {justification?}; `contain` {scope?}; `incident` {}. → IntegrityAlarm */
export type AlarmDecision = 'approve' | 'dismiss' | 'contain' | 'incident'

/** What is stopped: all of the tenant, one site, one page template, or one release on every site of the tenant. */
export type ContainmentScope =
  | { kind: 'tenant' }
  | { kind: 'site'; origin: string }
  | { kind: 'template'; template: string }
  | { kind: 'release'; release: string }

export interface Containment {
  id: string
  scope: ContainmentScope
  reason: string
  /** Alarm that led to it. */
  alarm: string | null
  by: string
  startedAt: string
  /** Entry of the access log. */
  entry: number
  /** Frames that were open when it began, and how many of them have stopped since. */
  framesOpen: number
  framesStopped: number
  undoneAt: string | null
  undoneBy: string | null
  undoReason?: string | null
  undoneEntry: number | null
}

/** What is done without asking when an alarm is raised. */
export interface Playbook {
  /** By kind of alarm; absent: nothing. */
  rules: { kind: AlarmKind; scope: 'tenant' | 'site' | 'template' | 'release'; sharePercentMin: number }[]
  /** Told of every alarm and containment, signed (HMAC-SHA256); https, or an origin the operator named. */
  webhook: string | null
  /** In the answer that first names a webhook: what deliveries are signed with, shown once. */
  secret?: string
}

export interface WatcherFinding {
  kind: 'script' | 'hash' | 'header' | 'form' | 'request' | 'canary'
  /** `canary`: the encoding in which it was found, and where in the request. */
  detail: string
  url: string
  proof: boolean
}

export const watcherProfiles = ['desktop', 'phone', 'cart', 'night', 'fresh'] as const
export type WatcherProfile = (typeof watcherProfiles)[number]

export interface WatcherRun {
  id: string
  page: string
  profile: WatcherProfile
  startedAt: string
  endedAt: string | null
  outcome: 'clean' | 'changed' | 'leaking' | 'failed'
  scripts: { url: string; hash: string }[]
  requests: number
  findings: WatcherFinding[]
  /** Of a run that failed: why, in a sentence. */
  reason?: string
}

/** Pages that the watcher goes to. */
export interface WatchedPage {
  id: string
  url: string
  profiles: WatcherProfile[]
  everyMinutes: number
  /** Hosts that may be sent card data: the payment provider. */
  approvedHosts: string[]
  lastRun: WatcherRun | null
}

/** A release of the widget, as the installation serves it. */
export interface ReleaseRow {
  id: string
  version: string
  commit: string
  publishedAt: string
  expiresAt: string
  publishedEntry: number
  revokedAt: string | null
  revokedEntry: number | null
  /** Reproducible builds that agree with it. */
  attestations: number
  inForce: boolean
  viewsLastHour: number
}

/** GET /v1/integrity → the home of integrity. */
export interface IntegrityHome {
  pages: PageTemplate[]
  scripts: { total: number; new: number; changed: number }
  reporting: {
    /** The two header lines that the tenant adds to its pages. */
    headers: string[]
    lastReportAt: string | null
    share: number | null
    /** By minute, oldest first, the last hour. */
    viewsByMinute: number[]
    reportsByMinute: number[]
  }
  watcher: { pages: number; lastRun: WatcherRun | null }
  alarms: IntegrityAlarm[]
  containments: Containment[]
  release: ReleaseRow | null
}
