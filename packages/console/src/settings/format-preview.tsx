/** What a format would change, tried in the browser with the same guard that the server has. */
import { useMemo } from 'react'
import { exampleOf, maskOf, screen, type IssuerOverlap } from '@candor/card-guard'
import type { IdentifierFormat } from '@candor/protocol/frames.ts'
import { networkName } from '../design/card-networks.ts'
import css from './format-preview.module.css'

/** How often a number of the format is a card number, as a bar and as a sentence. */
export function Overlap({ overlap }: { overlap: Pick<IssuerOverlap, 'oneIn' | 'networks' | 'summary'> }) {
  const { oneIn, networks, summary } = overlap
  return (
    <div className={css.overlap}>
      <span className={css.bar} aria-hidden="true">
        {oneIn !== null && <span className={css.share} style={{ inlineSize: `${100 / oneIn}%` }} />}
      </span>
      <p>{summary}</p>
      {networks.length > 0 && <p className={css.networks}>{namesOf(networks)}</p>}
    </div>
  )
}

/** The first say what a tenant needs to know; the rest are counted. */
const networksShown = 5

function namesOf(networks: readonly { network: string }[]): string {
  const shown = networks.slice(0, networksShown).map(({ network }) => networkName(network))
  const more = networks.length - shown.length
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ')
}

/** The sample text as the guard leaves it, with the formats of now and with this one. */
export function TryText({
  text,
  saved,
  format,
}: {
  text: string
  saved: readonly IdentifierFormat[]
  format: IdentifierFormat
}) {
  return (
    <dl className={css.results}>
      <dt>Without this format</dt>
      <Masked text={text} formats={saved} />
      <dt>With this format</dt>
      <Masked text={text} formats={[...saved, format]} />
    </dl>
  )
}

function Masked({ text, formats }: { text: string; formats: readonly IdentifierFormat[] }) {
  const parts = useMemo(() => {
    let at = 0
    const parts: { text: string; masked: boolean }[] = []
    for (const { kind, start, end } of screen(text, { identifiers: formats }).findings) {
      parts.push({ text: text.slice(at, start), masked: false }, { text: maskOf[kind], masked: true })
      at = end
    }
    return [...parts, { text: text.slice(at), masked: false }]
  }, [text, formats])
  return (
    <dd className={css.result} dir="auto">
      {parts.map((part, i) =>
        part.masked ? (
          <span key={i} className={css.mask}>
            {part.text}
          </span>
        ) : (
          part.text
        ),
      )}
    </dd>
  )
}

/** A text with a number of the format that is masked without it, if there is one, and with a card number. */
export function sampleText({ pattern, prefix = 'number' }: IdentifierFormat): string {
  let state = 1
  const next = (below: number): number => {
    // Lehmer's generator (Park and Miller, 1988): the same pattern has the same sample.
    state = (state * 48_271) % 2_147_483_647
    return state % below
  }
  for (let i = 0; i < numbersTriedMax; i++) {
    const number = pattern.replace(/[#@?]/g, (open) =>
      open === '@' ? String.fromCharCode(65 + next(26)) : String(next(10)),
    )
    const begin = `My ${prefix} `
    const found = screen(begin + number).findings.some(
      ({ start, end }) => start <= begin.length && end === begin.length + number.length,
    )
    if (found) return sentences(begin + number)
  }
  return sentences(`My ${prefix} ${exampleOf({ name: '', pattern })}`)
}

const numbersTriedMax = 2_000

const sentences = (first: string): string => `${first} has not come. Please refund 4111 1111 1111 1111.`
