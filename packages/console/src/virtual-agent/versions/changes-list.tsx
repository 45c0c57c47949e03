/** What differs, thing by thing, old beside new. */
import { classes } from '../../design/classes.ts'
import { Badge } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import type { ChangedLine, DefinitionChange } from './diff-definitions.ts'
import css from './changes-list.module.css'

const kinds = { added: 'New', removed: 'Gone', changed: 'Changed' } as const
const tones = { added: 'good', removed: 'bad', changed: undefined } as const

export function ChangesList({ changes }: { changes: readonly DefinitionChange[] }) {
  if (changes.length === 0) return <p className={parts.soft}>Nothing differs.</p>
  const count = (kind: DefinitionChange['kind']): number => changes.filter((one) => one.kind === kind).length
  return (
    <div className={css.changes}>
      <p className={css.sum}>
        <span className={css.added}>{count('added')} new</span>
        <span className={css.changed}>{count('changed')} changed</span>
        <span className={css.removed}>{count('removed')} gone</span>
      </p>
      <ul className={parts.list}>
        {changes.map((change) => (
          <li key={`${change.what} ${change.id}`}>
            <details className={css.change}>
              <summary className={css.head}>
                <Badge tone={tones[change.kind]}>{kinds[change.kind]}</Badge>
                <span className={css.title} dir="auto">
                  {change.title}
                </span>
                <span className={css.what}>
                  {change.what}, {change.lines.length}{' '}
                  {change.lines.length === 1 ? 'difference' : 'differences'}
                </span>
              </summary>
              <div className={css.lines}>
                {change.lines.map((line) => (
                  <Line key={line.label} line={line} />
                ))}
              </div>
            </details>
          </li>
        ))}
      </ul>
    </div>
  )
}

function Line({ line: { label, before, after, list } }: { line: ChangedLine }) {
  return (
    <div className={css.line}>
      <h4 className={css.label}>{label}</h4>
      <div className={css.sides}>
        <Side name={list ? 'Taken out' : 'Before'} text={before} tone="old" />
        <Side name={list ? 'Added' : 'After'} text={after} tone="new" />
      </div>
    </div>
  )
}

function Side({ name, text, tone }: { name: string; text: string | null; tone: 'old' | 'new' }) {
  return (
    <div className={classes(css.side, text === null ? css.none : tone === 'old' ? css.old : css.new)}>
      <span className={css.sideName}>{name}</span>
      {text === null ? (
        <span className={css.nothing}>nothing</span>
      ) : tone === 'old' ? (
        <del dir="auto">{text}</del>
      ) : (
        <ins dir="auto">{text}</ins>
      )}
    </div>
  )
}
