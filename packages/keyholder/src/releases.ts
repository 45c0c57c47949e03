/** Releases of the widget: nothing about one stands in the log that was not verified here before. docs/releases.md */
import { releaseIdOf } from '@candor/release/manifest.ts'
import { parseRoot, pinOf, spellRoot, type ReleaseRoot } from '@candor/release/root.ts'
import { revocationHolds, verifyRelease } from '@candor/release/verify-release.ts'
import type { Entry } from '@candor/ledger/entry.ts'
import type { Effect, State } from './effects.ts'
import { Denied } from './denied.ts'
import type { DenialCode, Detail, Requests } from './frames.ts'

type Answer<Name extends keyof Requests> = Promise<Requests[Name]['answer']>

export interface Releases {
  /** Same text again: the same entry again. @throws Denied */
  publish(ask: Requests['release-publish']['ask']): Answer<'release-publish'>
  /** @throws Denied */
  inForce(ask: Requests['release-in-force']['ask']): Answer<'release-in-force'>
  /** Ends a release for ever, also one that was never published. @throws Denied */
  revoke(ask: Requests['release-revoke']['ask']): Answer<'release-revoke'>
  /** Takes in a root that was changed, which is an entry; called at the start. */
  readRoot(): void
}

export function openReleases(options: {
  state: State
  /** Text of the root's file, which whoever started the keyholder named; null while there is none. */
  rootFile(): string | null
  /** Of this log. */
  vkey(): string
  next(): number
  append(what: {
    type: Entry['type']
    outcome: string
    request?: string
    detail?: Detail
    effects?: Effect[]
  }): { index: number; at: string; durable: Promise<void> }
  /** What has a place in the log by now is on the disk. */
  settled(): Promise<void>
  now(): number
  at(step: 'asked' | 'judged'): void
  log(event: Record<string, unknown>): void
}): Releases {
  const { state, append, settled, now, at } = options

  /** What was refused is in the log too: somebody tried. */
  async function deny(code: DenialCode, id: string, why: string): Promise<never> {
    const denial = append({ type: 'denial', outcome: code, request: id })
    await denial.durable
    throw new Denied(code, why, denial.index)
  }

  function readRoot(): void {
    const text = options.rootFile()
    if (text === null) return
    const root = parseRoot(text)
    if (root === null || root.log !== options.vkey()) {
      options.log({
        level: 'error',
        event: 'release-root-not-taken',
        reason: root === null ? 'It is not a trust root.' : 'It names another log.',
      })
      return
    }
    const spelled = spellRoot(root)
    if (spelled === state.releaseRoot) return
    append({
      type: 'operator',
      outcome: 'release-root',
      detail: { what: `Whoever signs releases of the widget: ${JSON.stringify(root)}` },
      effects: [{ kind: 'release-root', root: spelled }],
    })
    options.log({ level: 'warn', event: 'release-root', pin: pinOf(root) })
  }

  function rootOr(): ReleaseRoot {
    if (state.releaseRoot === null)
      throw new Denied('release-unsigned', 'The keyholder knows no release keys: there is no root file.')
    return parseRoot(state.releaseRoot)!
  }

  return {
    readRoot,

    async publish({ manifest, signatures }) {
      at('asked')
      // Here alone, beside the start: whoever signs is asked for when something new is to be believed.
      readRoot()
      const root = rootOr()
      const checked = verifyRelease(manifest, signatures, root, now())
      if (checked.kind === 'malformed')
        throw new Denied('malformed', `The release is refused: ${checked.why}.`)
      const id = releaseIdOf(manifest)
      const known = state.releases.get(id)
      if (known !== undefined && known.revoked !== null)
        return deny('release-revoked', id, `It was revoked by entry ${known.revoked}.`)
      if (checked.kind !== 'valid')
        return deny(`release-${checked.kind}`, id, `The release is refused: ${checked.why}.`)
      at('judged')
      const pin = pinOf(root)
      if (known?.pin === pin) {
        await settled()
        return { index: known.index }
      }
      const { expires } = checked.manifest
      const entry = append({
        type: 'release',
        outcome: 'published',
        request: id,
        effects: [{ kind: 'release', id, pin, expires, index: options.next() }],
      })
      await entry.durable
      return { index: entry.index }
    },

    async inForce({ id }) {
      const root = rootOr()
      const known = state.releases.get(id)
      if (known !== undefined && known.revoked !== null)
        return deny('release-revoked', id, `It was revoked by entry ${known.revoked}.`)
      if (known === undefined || known.pin !== pinOf(root))
        return deny('release-unknown', id, 'It was not published under the keys that count now.')
      if (known.expires <= now())
        return deny('release-expired', id, `It expired at ${new Date(known.expires).toISOString()}.`)
      const entry = append({ type: 'release', outcome: 'in-force', request: id })
      await entry.durable
      return { index: entry.index, at: entry.at }
    },

    async revoke({ id, reason, at: revokedAt, signatures }) {
      at('asked')
      const known = state.releases.get(id)
      if (known !== undefined && known.revoked !== null) {
        await settled()
        return { index: known.revoked }
      }
      if (!revocationHolds({ id, reason, at: revokedAt, signatures }, rootOr()))
        return deny('release-unsigned', id, 'The revocation is not signed by two of the release keys.')
      at('judged')
      const entry = append({
        type: 'release',
        outcome: 'revoked',
        request: id,
        effects: [{ kind: 'release-revoked', id, index: options.next() }],
      })
      await entry.durable
      options.log({ level: 'warn', event: 'release-revoked', id, index: entry.index })
      return { index: entry.index }
    },
  }
}
