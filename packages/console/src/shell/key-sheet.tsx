import { actionGroups, actionTable } from '../actions/actions.ts'
import { Keys } from '../actions/keys.tsx'
import { Dialog } from '../design/dialog.tsx'
import css from './key-sheet.module.css'

export function KeySheet({ onClose }: { onClose(): void }) {
  return (
    <Dialog title="All keys" onClose={onClose} wide>
      <div className={css.groups}>
        {actionGroups.map((group) => (
          <section key={group} className={css.group}>
            <h3 className={css.title}>{group}</h3>
            <dl>
              {actionTable
                .filter((action) => action.group === group)
                .map((action) => (
                  <div key={action.id} className={css.row}>
                    <dt>{action.title}</dt>
                    <dd>
                      <Keys keys={action.keys} />
                    </dd>
                  </div>
                ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
