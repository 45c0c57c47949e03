import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Fragment, type ReactNode } from 'react'
import type { AlarmDecision, IntegrityAlarm, PageTemplate } from '@candor/protocol/integrity-api.ts'
import { keysOf, type ActionId } from '../../actions/actions.ts'
import { Keys } from '../../actions/keys.tsx'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { Icon, type IconName } from '../../design/icons.tsx'
import { Badge } from '../../design/say.tsx'
import { preciseTime } from '../../design/times.tsx'
import { alarmHelp, alarmNames, weightIcons, weightNames, weightSays, weightTones } from '../alarm-words.ts'
import { CapturedBody } from '../diff/captured-body.tsx'
import { pagesQuery, scriptsQuery } from '../integrity-queries.ts'
import { Hash } from '../parts/hash.tsx'
import { percent } from '../percent.ts'
import { isScript } from './is-script.ts'
import css from './alarm-detail.module.css'

const decisions: readonly { what: AlarmDecision; name: string; action: ActionId; icon: IconName }[] = [
  { what: 'approve', name: 'Approve', action: 'alarm-approve', icon: 'check' },
  { what: 'contain', name: 'Contain', action: 'alarm-contain', icon: 'power' },
  { what: 'incident', name: 'Open an incident', action: 'alarm-incident', icon: 'alarm' },
  { what: 'dismiss', name: 'Dismiss', action: 'alarm-dismiss', icon: 'close' },
]

export function AlarmDetail({
  alarm,
  decides,
  onDecide,
}: {
  alarm: IntegrityAlarm
  decides: boolean
  onDecide(what: AlarmDecision): void
}) {
  const { kind, weight, what, script, hash, template, page, state } = alarm
  return (
    <article className={css.alarm}>
      <header className={css.head}>
        <Badge tone={weightTones[weight]} icon={weightIcons[weight]}>
          {weightNames[weight]}
        </Badge>
        <span className={css.soft}>{weightSays[weight]}</span>
      </header>
      <h2 className={css.title}>{alarmNames[kind]}</h2>
      <p className={css.what}>{what}</p>
      {state === 'open' ? (
        <>
          <p className={css.help}>
            <Icon name="help" size={16} /> <span>{alarmHelp[kind]}</span>
          </p>
          {decides ? (
            <div className={css.decide}>
              {decisions.map(({ what: decision, name, action, icon }) => (
                <Button
                  key={decision}
                  icon={icon}
                  tone={
                    decision === 'contain' && weight === 'proof'
                      ? 'main'
                      : decision === 'dismiss'
                        ? 'quiet'
                        : 'plain'
                  }
                  onPress={() => onDecide(decision)}
                >
                  {name} <Keys keys={keysOf(action)} className={css.keys} />
                </Button>
              ))}
            </div>
          ) : (
            <p className={css.soft}>Administrators and privacy officers decide about it.</p>
          )}
        </>
      ) : (
        <Outcome alarm={alarm} />
      )}
      <dl className={css.facts}>
        <Fact name="Page">
          {template === null && page === null ? (
            'The installation itself'
          ) : (
            <PageLink template={template} page={page} script={script} />
          )}
        </Fact>
        {script !== null && (
          <Fact name="Script">
            <code className={css.address} dir="ltr">
              {script}
            </code>
          </Fact>
        )}
        {hash !== null && (
          <Fact name="Content">
            <Hash hash={hash} />
          </Fact>
        )}
        <Fact name="Seen by">
          {kind === 'canary-seen' ? 'The watcher' : counted(alarm.views, 'page view')}
          {kind === 'canary-seen' && alarm.views > 0 && ` and ${counted(alarm.views, 'page view')}`}
          {alarm.share !== null && `, ${percent(alarm.share)} of those that could have shown it`}
          {alarm.compared && (
            <span className={css.soft}>
              {' · '}
              in the same networks, {alarm.compared.without.toLocaleString()} of{' '}
              {counted(alarm.compared.pageViews, 'page view')} did not show it
            </span>
          )}
        </Fact>
        {kind !== 'canary-seen' && (
          <Fact name="Sources">
            {counted(alarm.sources, 'network')}
            <span className={css.soft}>
              {' · '}
              {standingSays[alarm.standing ?? (alarm.sources > 1 ? 'several-networks' : 'one-network')]}
            </span>
          </Fact>
        )}
      </dl>
      <section aria-label="Timeline">
        <h3 className={css.part}>Timeline</h3>
        <Timeline alarm={alarm} />
      </section>
      {hash !== null && (
        <section aria-label="Evidence">
          <h3 className={css.part}>Captured content</h3>
          <CompareLink alarm={alarm} hash={hash} />
          {alarm.bodyKept ? (
            <CapturedBody hash={hash} />
          ) : (
            <p className={css.soft}>
              It could not be fetched with this very hash: it may be served to some visitors only, or is gone.
            </p>
          )}
        </section>
      )}
    </article>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function PageLink({
  template,
  page,
  script,
}: {
  template: string | null
  page: string | null
  script: string | null
}) {
  const { data } = useQuery(pagesQuery)
  const known = data?.find((one: PageTemplate) => one.template === template)
  return (
    <>
      {known ? (
        <Link
          to="/integrity/$section"
          params={{ section: 'pages' }}
          search={{ item: known.id }}
          className={css.address ?? ''}
          dir="ltr"
        >
          {known.template}
        </Link>
      ) : (
        <code className={css.address} dir="ltr">
          {template ?? page}
        </code>
      )}
      {known?.cardFields && (
        <>
          {' '}
          <Badge tone="warn" icon="lock">
            Card fields
          </Badge>
        </>
      )}
      {page !== null && page !== template && script === null && (
        <span className={css.soft} dir="ltr">
          {' '}
          {page}
        </span>
      )}
    </>
  )
}

/** To what was approved of the same script, where there is something to compare with. */
function CompareLink({
  alarm: { template, script, bodyKept },
  hash,
}: {
  alarm: IntegrityAlarm
  hash: string
}) {
  const { data: pages } = useQuery(pagesQuery)
  const page = pages?.find((one) => one.template === template)
  const { data: scripts } = useQuery({
    ...scriptsQuery(page?.id ?? ''),
    enabled: page !== undefined && bodyKept,
  })
  const known = scripts?.find((one) => isScript(one, script, hash))
  if (!page || !known || known.hashes.filter((one) => one.bodyKept).length < 2) return null
  return (
    <p className={css.compare}>
      <Link
        to="/integrity/$section"
        params={{ section: 'pages' }}
        search={{ item: page.id, script: known.id, right: hash }}
      >
        Compare with what was approved
      </Link>
    </p>
  )
}

/** How hard it is to have invented the alarm. */
const standingSays: Record<NonNullable<IntegrityAlarm['standing']>, string> = {
  'one-network': 'one could be one person with a script',
  'several-networks': 'harder to invent than from one',
  fetched: 'and the server fetched the very content itself',
}

const outcomes: Record<Exclude<IntegrityAlarm['state'], 'open'>, { name: string; icon: IconName }> = {
  approved: { name: 'Approved', icon: 'check' },
  contained: { name: 'Contained', icon: 'power' },
  incident: { name: 'An incident', icon: 'alarm' },
  dismissed: { name: 'Dismissed', icon: 'close' },
}

function Outcome({ alarm: { state, by, at, containment, justification } }: { alarm: IntegrityAlarm }) {
  if (state === 'open') return null
  const { name, icon } = outcomes[state]
  return (
    <p className={css.outcome} role="status">
      <Icon name={icon} size={16} />
      <span>
        <strong>{name}</strong>
        {by !== null && ` by ${by}`}
        {at !== null && `, ${preciseTime(at)}`}.{' '}
        {containment !== null && (
          <Link to="/integrity/$section" params={{ section: 'containment' }}>
            See the containment
          </Link>
        )}
        {justification && <span className={css.reason}>“{justification}”</span>}
      </span>
    </p>
  )
}

function Timeline({ alarm }: { alarm: IntegrityAlarm }) {
  const { firstSeenAt, lastSeenAt, raisedAt, at, by, state } = alarm
  const steps = [
    { at: firstSeenAt, what: 'First seen' },
    {
      at: raisedAt,
      what: `Alarm raised, ${shortly(Date.parse(raisedAt) - Date.parse(firstSeenAt))} after the first report`,
    },
    { at: lastSeenAt, what: 'Last seen' },
    ...(at !== null && state !== 'open'
      ? [{ at, what: `${outcomes[state].name}${by === null ? '' : ` by ${by}`}` }]
      : []),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at))
  return (
    <ol className={css.timeline}>
      {steps.map((step) => (
        <Fragment key={step.what}>
          <li>
            <time dateTime={step.at} className={css.at}>
              {preciseTime(step.at)}
            </time>
            <span>{step.what}</span>
          </li>
        </Fragment>
      ))}
    </ol>
  )
}

function shortly(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  return seconds < 120 ? counted(seconds, 'second') : counted(Math.round(seconds / 60), 'minute')
}
