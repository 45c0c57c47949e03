/** How much of what it had not seen before a draft understands: one bar, and its numbers in words. */
import type { Review } from '@candor/virtual-agent/review.ts'
import css from './coverage.module.css'

export function Coverage({ report }: { report: Pick<Review, 'coverage'> }) {
  const { heldOut, understood, wrong, rejected, rejectedOutOfScope } = report.coverage
  const parts = [
    { key: 'understood', share: understood, name: 'understood', css: css.good },
    {
      key: 'rejected',
      share: rejected,
      name: 'not sure enough: it asks, then a person comes',
      css: css.rest,
    },
    { key: 'wrong', share: wrong, name: 'taken for something else', css: css.warm },
  ]
  let x = 0
  return (
    <figure className={css.coverage}>
      <figcaption className={css.caption}>
        <strong className={css.big}>{percent(understood)}</strong> of {heldOut.toLocaleString()} examples that
        were held back in turn, titles among them, are understood.
      </figcaption>
      <svg className={css.bar} viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ key, share, css: colour }) => {
          const from = x
          x += share * 1000
          return <rect key={key} className={colour} x={from} width={Math.max(0, share * 1000)} height="100" />
        })}
      </svg>
      <ul className={css.legend}>
        {parts.map(({ key, share, name, css: colour }) => (
          <li key={key}>
            <svg className={css.key} viewBox="0 0 10 10" aria-hidden="true">
              <rect className={colour} width="10" height="10" rx="2" />
            </svg>
            <b>{percent(share)}</b> {name}
          </li>
        ))}
      </ul>
      {rejectedOutOfScope !== null && (
        <p className={css.scope}>
          Of what no intent covers, {percent(rejectedOutOfScope)} {rejectedOutOfScope === 1 ? 'is' : 'are'}{' '}
          turned away instead of being answered wrongly.
        </p>
      )}
    </figure>
  )
}

export function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
