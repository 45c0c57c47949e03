/** Why a turn was decided as it was: one sentence, and below it everything that was weighed. */
import { useId, type ReactNode } from 'react'
import type { Trace } from '@candor/virtual-agent/trace.ts'
import { classes } from '../../design/classes.ts'
import { Icon } from '../../design/icons.tsx'
import { commandInWords, languageNotes, refusalInWords, ruleInWords, type TraceNames } from './trace-words.ts'
import { wholePieces } from './whole-pieces.ts'
import css from './why-trace.module.css'

export function WhyTrace({
  trace,
  names,
  open,
  onOpen,
  children,
}: {
  trace: Trace
  names: TraceNames
  open?: boolean
  onOpen?(open: boolean): void
  /** What can be done about it, below everything that was weighed. */
  children?: ReactNode
}) {
  return (
    <details className={css.why} open={open} onToggle={(event) => onOpen?.(event.currentTarget.open)}>
      <summary className={css.summary}>
        <Icon name="forward" size={14} className={css.arrow} />
        <span>
          <span className={css.ask}>Why?</span> {ruleInWords(trace, names)}
        </span>
      </summary>
      <div className={css.body}>
        <Classified trace={trace} names={names} />
        <Passage trace={trace} />
        <FlowSteps trace={trace} names={names} />
        <Commands trace={trace} names={names} />
        <Alternatives trace={trace} names={names} />
        <p className={css.foot}>
          Answered in <span lang="en">{trace.language}</span>
          {trace.classified?.tier != null &&
            ` · decided by ${trace.classified.tier === 1 ? 'words and their pieces' : 'meaning'}`}
        </p>
        {children}
      </div>
    </details>
  )
}

function Classified({ trace, names }: { trace: Trace; names: TraceNames }) {
  const { classified } = trace
  if (!classified) return null
  const { confidencePermille, thresholdPermille, intents, features, nearest, languageNote } = classified
  return (
    <section className={css.part}>
      <h3 className={css.title}>What it may have meant</h3>
      <div className={css.bars}>
        <Bar
          name="Sure that an intent covers it"
          permille={confidencePermille}
          threshold={thresholdPermille}
          strong
        />
        {intents.map(({ id, permille }) => (
          <Bar key={id} name={names.intent(id)} permille={permille} here={id === trace.intent} />
        ))}
      </div>
      <p className={css.note}>
        {confidencePermille >= thresholdPermille
          ? `It is sure enough: ${percent(confidencePermille)}, and ${percent(thresholdPermille)} are asked for.`
          : `It is not sure enough: ${percent(confidencePermille)}, where ${percent(thresholdPermille)} are asked for.`}
        {languageNote !== null && ` ${languageNotes[languageNote] ?? languageNote}`}
      </p>
      {features.length > 0 && (
        <>
          <h4 className={css.small}>What spoke for it, the strongest first</h4>
          <ul className={css.chips}>
            {wholePieces(features).map((feature) => (
              <li key={feature} className={css.chip} dir="auto">
                {feature}
              </li>
            ))}
          </ul>
        </>
      )}
      {nearest.length > 0 && (
        <>
          <h4 className={css.small}>Nearest examples</h4>
          <ul className={css.lines}>
            {nearest.map((one) => (
              <li key={one.text}>
                <span dir="auto">“{one.text}”</span>{' '}
                <span className={css.soft}>
                  {names.intent(one.intent)}, {percent(one.permille)} alike
                </span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  )
}

/** A share against the line that it has to reach. */
function Bar({
  name,
  permille,
  threshold,
  here,
  strong,
}: {
  name: string
  permille: number
  threshold?: number
  here?: boolean
  strong?: boolean
}) {
  const reached = threshold === undefined || permille >= threshold
  return (
    <div className={css.bar}>
      <span className={classes(css.barName, here && css.here, strong && css.strong)} dir="auto">
        {name}
        {here && <span className="visually-hidden"> (chosen)</span>}
      </span>
      <svg className={css.plot} viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
        <rect className={css.track} y="20" width="1000" height="60" />
        <rect
          className={strong ? (reached ? css.sure : css.unsure) : here ? css.chosen : css.fill}
          y="20"
          width={permille}
          height="60"
        />
        {threshold !== undefined && (
          <rect className={css.threshold} x={Math.min(980, threshold - 10)} width="20" height="100" />
        )}
      </svg>
      <span className={css.number}>{percent(permille)}</span>
    </div>
  )
}

function Passage({ trace: { passage } }: { trace: Trace }) {
  if (!passage) return null
  return (
    <section className={css.part}>
      <h3 className={css.title}>
        {passage.answered ? 'The passage it quoted' : 'The nearest passage, not quoted'}
      </h3>
      <p dir="auto">
        {passage.title}
        {passage.heading !== '' && ` › ${passage.heading}`}{' '}
        <span className={css.soft}>version {passage.version}</span>
      </p>
      <div className={css.bars}>
        <Bar
          name="Answers the question"
          permille={passage.permille}
          threshold={passage.thresholdPermille}
          strong
        />
      </div>
      {passage.terms.length > 0 && (
        <ul className={css.chips} aria-label="Words that both have">
          {passage.terms.map((term) => (
            <li key={term} className={css.chip} dir="auto">
              {term}
            </li>
          ))}
        </ul>
      )}
      {passage.question !== null && (
        <p className={css.soft} dir="auto">
          Nearest question of the article: “{passage.question}”
        </p>
      )}
    </section>
  )
}

function FlowSteps({ trace: { flowSteps }, names }: { trace: Trace; names: TraceNames }) {
  const id = useId()
  if (flowSteps.length === 0) return null
  return (
    <section className={css.part}>
      <h3 className={css.title} id={id}>
        What happened in the flow
      </h3>
      <ol className={css.steps} aria-labelledby={id}>
        {flowSteps.map((one, i) => (
          <li key={i}>
            <span className={css.soft}>{names.flow(one.flow)} ›</span> <code>{one.step}</code>{' '}
            {one.what.replaceAll('-', ' ')}
            {one.about !== null && (
              <>
                : <code>{one.about}</code>
              </>
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}

function Commands({ trace: { proposed, refused }, names }: { trace: Trace; names: TraceNames }) {
  if (proposed.length + refused.length === 0) return null
  const held = new Set(refused.map(({ command }) => JSON.stringify(command)))
  const passed = proposed.filter((command) => !held.has(JSON.stringify(command)))
  return (
    <section className={css.part}>
      <h3 className={css.title}>What was proposed</h3>
      <ul className={css.lines}>
        {passed.map((command, i) => (
          <li key={i} className={css.command}>
            <Icon name="check" size={14} /> {capital(commandInWords(command, names))}
          </li>
        ))}
        {refused.map(({ command, why }, i) => (
          <li key={i} className={classes(css.command, css.refused)}>
            <Icon name="close" size={14} /> Not let through: {commandInWords(command, names)}, for{' '}
            {refusalInWords(why)}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Alternatives({ trace, names }: { trace: Trace; names: TraceNames }) {
  // What it was is not what it may have been instead.
  const alternatives = trace.alternatives.filter(
    ({ kind, id }) => id !== (kind === 'intent' ? trace.intent : trace.article),
  )
  if (alternatives.length === 0) return null
  return (
    <section className={css.part}>
      <h3 className={css.title}>What it may have been instead</h3>
      <ul className={css.lines}>
        {alternatives.map(({ kind, id, title, permille }) => (
          <li key={`${kind} ${id}`}>
            <span dir="auto">{title ?? (kind === 'intent' ? names.intent(id) : names.article(id))}</span>{' '}
            <span className={css.soft}>
              {kind === 'article' && 'article, '}
              {percent(permille)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

const percent = (permille: number): string => `${Math.round(permille / 10)} %`

function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase('en') + text.slice(1)
}
