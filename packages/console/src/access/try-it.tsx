/** For who does not believe the green: one bit of the bundle in memory, and what the verifier says then. */
import { useState } from 'react'
import { Button } from '../design/controls.tsx'
import { Select, type Choice } from '../design/select.tsx'
import { Section } from '../design/page.tsx'
import type { FlipPlace } from './flip-byte.ts'
import type { CheckedEntries } from './use-checked.ts'
import css from './try-it.module.css'

const places: readonly (Choice<FlipPlace> & { said: string })[] = [
  { id: 'entry', name: 'In an entry', said: '' },
  { id: 'detail', name: 'In the name of who read', said: 'the name in ' },
  { id: 'path', name: 'In the path to the root', said: 'the path of ' },
  { id: 'root', name: 'In the root that was signed', said: 'the signed root of ' },
  { id: 'cosignature', name: 'In a witness’s signature', said: 'the witness’s signature over ' },
]

export function TryIt({ entries, file }: { entries: CheckedEntries; file: string }) {
  const [place, setPlace] = useState<FlipPlace>('entry')
  const { flip, check } = entries
  const where = places.find(({ id }) => id === flip?.place)?.said
  return (
    <>
      <Section
        title="Give it to somebody who does not trust us"
        lead="The bundle holds the entries, their proofs and the names behind the pseudonyms. Anybody checks it without our server and without a network:"
      >
        <pre className={css.command} tabIndex={0} aria-label="Command">
          npx candor verify --bundle {file}
        </pre>
        <p className={css.soft}>
          A bundle proves that what is in it happened. That nothing was left out shows the check of the whole
          log: <code>npx candor verify {location.origin}/log/</code>
        </p>
      </Section>
      <Section
        title="Try it: change one byte"
        lead="One bit of the bundle is turned over, in this browser’s memory only, and everything is checked again."
      >
        <div className={css.box}>
          <Select label="Where" value={place} onChange={setPlace} choices={places} className={css.select} />
          <Button icon="bolt" isDisabled={!check} onPress={() => entries.turn(place)}>
            Change one byte
          </Button>
          {flip && (
            <Button tone="quiet" icon="undo" onPress={entries.restore}>
              Put it back
            </Button>
          )}
        </div>
        <p className={css.said} role="status">
          {flip && check && (
            <>
              Byte {flip.byte} of {where}entry #{flip.index.toLocaleString()} is now{' '}
              <code>{hex(flip.after)}</code> instead of <code>{hex(flip.before)}</code>.{' '}
              {check.broken ? (
                <strong className={css.red}>
                  Red: entry #{check.broken.index?.toLocaleString()} does not hold, {check.broken.why}.
                </strong>
              ) : (
                'Everything still holds.'
              )}
            </>
          )}
        </p>
      </Section>
    </>
  )
}

const hex = (byte: number): string => byte.toString(16).padStart(2, '0')
