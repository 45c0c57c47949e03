import { useMemo, useState } from 'react'
import { useNavigate } from '@tanstack/react-router'
import { actionTable, type ActionId } from '../actions/actions.ts'
import { canRun, runAction, useOffers } from '../actions/run-actions.ts'
import { Avatar } from '../design/avatar.tsx'
import { matches, optionsMax, Picker, type Option } from '../design/picker.tsx'
import { PickerDialog } from '../design/picker-dialog.tsx'
import { visitorName } from '../inbox/visitor-name.ts'
import { useDesk } from '../live/desk-context.ts'

/** Everything that can be done now, and every conversation by name, page or tag. */
export function Palette({ onClose }: { onClose(): void }) {
  const { rows, conversations } = useDesk()
  const navigate = useNavigate()
  const offers = useOffers()
  const [query, setQuery] = useState('')

  const options = useMemo(() => {
    const found: Option[] = []
    for (const action of actionTable) {
      if (action.local || action.id === 'palette' || action.id === 'escape' || !canRun(action.id)) continue
      if (matches(query, action.title))
        found.push({ id: action.id, title: action.title, icon: action.icon, keys: action.keys })
    }
    if (query.trim() === '') return found
    for (const id of rows.order.all.get()) {
      if (found.length >= optionsMax) break
      const row = rows.row(id)!
      const name = visitorName(row)
      if (!matches(query, `${name} ${row.page?.title ?? ''} ${row.tags.join(' ')}`)) continue
      found.push({
        id: `conversation ${id}`,
        title: name,
        hint: row.page?.title,
        lead: <Avatar name={row.visitor.name} size="s" online={row.visitor.online} />,
      })
    }
    return found
    // What can be run changes with `offers`.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [query, rows, offers])

  return (
    <PickerDialog label="Search and commands" onClose={onClose}>
      <Picker
        label="Search and commands"
        placeholder="Search conversations, or type what you want to do…"
        query={query}
        onQuery={setQuery}
        options={options}
        onPick={(picked) => {
          onClose()
          const [, id] = picked.split('conversation ')
          // After the layer has given the focus back, so that the action can move it on.
          setTimeout(() => {
            if (id === undefined) return runAction(picked as ActionId)
            conversations.show(id)
            return void navigate({ to: '/', search: (before) => ({ ...before, c: id }) })
          })
        }}
      />
    </PickerDialog>
  )
}
