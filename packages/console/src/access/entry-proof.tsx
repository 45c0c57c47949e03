/** What proves one line of the list: the entry as it stands in the log, its path, and who signed the tree. */
import { useMemo, type ReactNode } from 'react'
import type { AccessEntry } from '@candor/protocol/api.ts'
import { decodeBase64url } from '@candor/ledger/base64.ts'
import type { BundledEntry } from '@candor/ledger/bundle.ts'
import { parseEntry } from '@candor/ledger/entry.ts'
import { preciseTime } from '../design/times.tsx'
import { pathOf, type BundleCheck } from './check-bundle.ts'
import { MerkleDiagram } from './merkle-diagram.tsx'
import css from './entry-proof.module.css'

export function EntryProof({
  entry,
  bundled,
  check,
}: {
  entry: AccessEntry
  bundled: BundledEntry
  check: BundleCheck
}) {
  const path = useMemo(() => pathOf(bundled), [bundled])
  const logged = useMemo(() => {
    const bytes = decodeBase64url(bundled.entry)
    return bytes && parseEntry(bytes)
  }, [bundled])
  const broken = check.verdicts.get(entry.index)?.kind === 'broken'
  const checkpoint = bundled.proof.split('\n\n')[1]?.split('\n') ?? []
  return (
    <div className={css.proof}>
      <div className={css.facts}>
        <h3>As it stands in the log</h3>
        <dl>
          <Fact name="Index">{entry.index.toLocaleString()}</Fact>
          <Fact name="Time">{preciseTime(entry.at)}</Fact>
          {entry.pseudonyms.actor && <Fact name="Who, as pseudonym" code={entry.pseudonyms.actor} />}
          {entry.pseudonyms.conversation && <Fact name="Conversation" code={entry.pseudonyms.conversation} />}
          {entry.pseudonyms.customer && <Fact name="Customer" code={entry.pseudonyms.customer} />}
          {logged?.detail && <Fact name="Commitment to the names" code={logged.detail} />}
          {logged?.request && <Fact name="Signed request, SHA-256" code={logged.request} />}
        </dl>
        <h3>The tree that was signed</h3>
        <dl>
          <Fact name="Log">{checkpoint[0] ?? ''}</Fact>
          <Fact name="Entries in it">{Number(checkpoint[1] ?? 0).toLocaleString()}</Fact>
          <Fact name="Root" code={checkpoint[2] ?? ''} />
          {check.cosigners.map(({ name, atSeconds }) => (
            <Fact key={name} name="Cosigned by">
              {name}
              <span className={css.soft}>{preciseTime(new Date(atSeconds * 1_000).toISOString())}</span>
            </Fact>
          ))}
        </dl>
        {entry.erased && (
          <p className={css.note}>
            The names were erased. The entry still stands: nobody can take it out of the tree.
          </p>
        )}
      </div>
      {path && <MerkleDiagram path={path} index={entry.index} broken={broken} />}
    </div>
  )
}

function Fact({ name, code, children }: { name: string; code?: string; children?: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{code === undefined ? children : <code>{code}</code>}</dd>
    </div>
  )
}
