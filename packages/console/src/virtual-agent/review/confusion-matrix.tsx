/** Which intents are taken for which, as a heat map that is a table: a screen reader reads the same cells. */
import { useState } from 'react'
import { classes } from '../../design/classes.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { useDefinition } from '../draft-context.ts'
import parts from '../../design/parts.module.css'
import { confusionGrid, depth } from './confusion-grid.ts'
import type { Review } from '@candor/virtual-agent/review.ts'
import css from './confusion-matrix.module.css'

export function ConfusionMatrix({ report }: { report: Review }) {
  const definition = useDefinition()
  const [open, setOpen] = useState<{ row: number; column: number } | null>(null)
  const { intents, cells, left } = confusionGrid(report)
  const name = (id: string): string => nameOfIntentId(definition, id)
  if (intents.length === 0)
    return <p className={parts.soft}>No example of one intent is taken for another one.</p>
  const chosen = open && cells[open.row]?.[open.column]
  return (
    <div className={css.matrix}>
      <div className={css.scroll} tabIndex={0} role="region" aria-label="Which intents are taken for which">
        <table className={css.table}>
          <caption className="visually-hidden">
            Rows: whose example it is. Columns: what it is taken for. On the diagonal: understood.
          </caption>
          <thead>
            <tr>
              <td className={css.corner}>
                <span>Example of</span> <span>taken for</span>
              </td>
              {intents.map((id) => (
                <th key={id} scope="col" className={css.column}>
                  <span dir="auto">{name(id)}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {intents.map((rowId, row) => (
              <tr key={rowId}>
                <th scope="row" className={css.row} dir="auto">
                  {name(rowId)}
                </th>
                {cells[row]!.map((cell, column) => {
                  const level = depth(cell.share)
                  const own = row === column
                  const here = open?.row === row && open.column === column
                  return (
                    <td
                      key={intents[column]}
                      className={classes(css.cell, own ? css.own : css.other, css[`d${level}`])}
                    >
                      {!own && cell.count > 0 ? (
                        <button
                          type="button"
                          className={css.open}
                          aria-expanded={here}
                          aria-label={`${cell.count} of ${name(rowId)} taken for ${name(intents[column]!)}`}
                          onClick={() => setOpen(here ? null : { row, column })}
                        >
                          {cell.count}
                        </button>
                      ) : (
                        <span className={classes(cell.count === 0 && css.zero)}>{cell.count}</span>
                      )}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div role="status">
        {chosen && (
          <div className={css.chosen}>
            <p>
              <strong>{name(intents[open.row]!)}</strong>, taken for{' '}
              <strong>{name(intents[open.column]!)}</strong>:
            </p>
            <ul className={css.examples}>
              {chosen.examples.map((text) => (
                <li key={text} dir="auto">
                  “{text}”
                </li>
              ))}
            </ul>
          </div>
        )}
      </div>
      {left > 0 && (
        <p className={parts.soft}>
          {left === 1 ? 'One other intent is' : `${left} other intents are`} not confused with any, or less
          than these.
        </p>
      )}
    </div>
  )
}
