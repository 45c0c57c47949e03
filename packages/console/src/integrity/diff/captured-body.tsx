/** What was served, as text: it is shown, never run, and nothing in it is markup here. */
import { useMemo, useState } from 'react'
import { useQuery } from '@tanstack/react-query'
import { Button } from '../../design/controls.tsx'
import { counted } from '../../design/counted.ts'
import { saveFile } from '../../design/save-file.ts'
import { Bones, Problem } from '../../design/say.tsx'
import { bodyQuery } from '../integrity-queries.ts'
import { shortHash } from '../parts/short-names.ts'
import { ByStatement } from './by-statement.tsx'
import { readBodies } from './readable-body.ts'
import { useSliced } from './use-sliced.ts'
import css from './captured-body.module.css'

const linesStep = 200

export function CapturedBody({ hash }: { hash: string }) {
  const { data: body, error } = useQuery(bodyQuery(hash))
  const work = useMemo(() => (body === undefined ? null : () => readBodies([body])), [body])
  const read = useSliced(work)
  const [most, setMost] = useState(linesStep)
  if (error) return <Problem>{error.message}</Problem>
  if (body === undefined || !read) return <Bones />
  const [lines = []] = read.sides
  const rest = lines.length - most
  return (
    <div className={css.body}>
      <p className={css.head}>
        <span>
          {counted(body.length, 'character')}, {counted(lines.length, 'line')}
        </span>
        <Button
          icon="download"
          onPress={() => saveFile(`script-${shortHash(hash).replaceAll(/\W/g, '_')}.txt`, body, 'text/plain')}
        >
          Save as text
        </Button>
      </p>
      {read.byStatement && <ByStatement />}
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Captured content" dir="ltr">
        <ol className={css.lines}>
          {lines.slice(0, most).map((line, i) => (
            <li key={i}>{line}</li>
          ))}
        </ol>
        {rest > 0 && (
          <Button tone="quiet" onPress={() => setMost(most + linesStep * 5)}>
            {rest.toLocaleString()} more
          </Button>
        )}
      </div>
    </div>
  )
}
