import { useState } from 'react'
import { Link, useSearch } from '@tanstack/react-router'
import type { ToolSecret } from '@candor/protocol/virtual-agent-api.ts'
import { toolsMax, type Definition } from '@candor/virtual-agent/definition.ts'
import { titleCharactersMax } from '@candor/virtual-agent/flows/parse-book.ts'
import type { Tool } from '@candor/virtual-agent/flows/tool.ts'
import { Icon } from '../../design/icons.tsx'
import { MenuButton } from '../../design/menu-button.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFaults } from '../draft-context.ts'
import { faultsBelow } from '../draft-store.ts'
import { NewThing } from '../parts/new-thing.tsx'
import { RemoveDialog } from '../parts/remove-dialog.tsx'
import { counted } from '../../design/counted.ts'
import { Badge, Nothing } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import list from '../parts/item-list.module.css'
import { addTool, duplicateTool, removeTool, usersOfTool } from './change-tools.ts'
import { ToolEditor } from './tool-editor.tsx'

export function ToolsSection({ secrets }: { secrets: readonly ToolSecret[] }) {
  const { item } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const definition = useDefinition()
  const at = definition.tools.findIndex(({ id }) => id === item)
  const tool = definition.tools[at]
  if (!tool) return <ToolList secrets={secrets} />
  return (
    <ToolEditor key={item} tool={tool} at={at} secret={secrets.find((one) => one.tool === tool.id) ?? null} />
  )
}

function ToolList({ secrets }: { secrets: readonly ToolSecret[] }) {
  const definition = useDefinition()
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const [removing, setRemoving] = useState<Tool | null>(null)
  const full = definition.tools.length >= toolsMax
  return (
    <div className={parts.stack}>
      {mayEdit && (
        <NewThing
          label="New tool"
          example="What it does, such as “Find an order”"
          charactersMax={titleCharactersMax}
          have={definition.tools.length}
          most={toolsMax}
          add={addTool}
        />
      )}
      {definition.tools.length === 0 ? (
        <Nothing>
          No tool yet. A tool is an address of your own system: a flow gives it what the visitor said, and
          takes back what it answers, nothing else. Name one above.
        </Nothing>
      ) : (
        <ul className={list.list} aria-label="Tools">
          {definition.tools.map((tool, at) => (
            <ToolRow
              key={tool.id}
              tool={tool}
              at={at}
              definition={definition}
              hasSecret={secrets.some((one) => one.tool === tool.id)}
              full={full}
              onDuplicate={() => draft.change((before) => duplicateTool(before, tool.id))}
              onRemove={() => setRemoving(tool)}
            />
          ))}
        </ul>
      )}
      {removing && <RemoveTool tool={removing} onClose={() => setRemoving(null)} />}
    </div>
  )
}

function ToolRow({
  tool,
  at,
  definition,
  hasSecret,
  full,
  onDuplicate,
  onRemove,
}: {
  tool: Tool
  at: number
  definition: Definition
  hasSecret: boolean
  full: boolean
  onDuplicate(): void
  onRemove(): void
}) {
  const mayEdit = useMayEdit()
  const faults = faultsBelow(useFaults(), `tools[${at}]`)
  const users = usersOfTool(definition, tool.id).length
  const name = tool.title[definition.language] || tool.id
  return (
    <li className={list.row}>
      <Link
        to="/virtual-agent/$section"
        params={{ section: 'tools' }}
        search={(before) => ({ ...before, item: tool.id })}
        className={list.link ?? ''}
      >
        <span className={list.title} dir="auto">
          {name}
        </span>
        <span className={list.does} dir="ltr">
          {tool.method} {tool.url}
        </span>
      </Link>
      <span className={list.facts}>
        {faults.length > 0 && (
          <Badge tone="bad" icon="warning">
            {faults.length} to put right
          </Badge>
        )}
        {tool.secretHeader !== undefined &&
          (hasSecret ? (
            <Badge icon="key">Secret kept</Badge>
          ) : (
            <Badge tone="warn" icon="key">
              No secret yet
            </Badge>
          ))}
        <Badge tone={tool.effect === 'write' ? 'warn' : undefined}>
          {tool.effect === 'write' ? 'Changes something' : 'Only looks'}
        </Badge>
        <span className={list.count}>{users === 0 ? 'not used' : `in ${counted(users, 'flow')}`}</span>
        {mayEdit && (
          <MenuButton
            label={`More about ${name}`}
            className={list.more}
            entries={() => [
              ...(full ? [] : [{ icon: 'layers' as const, label: 'Duplicate', run: onDuplicate }]),
              { icon: 'trash', label: 'Remove', danger: true, run: onRemove },
            ]}
          >
            <Icon name="more" size={16} />
          </MenuButton>
        )}
      </span>
    </li>
  )
}

function RemoveTool({ tool, onClose }: { tool: Tool; onClose(): void }) {
  const definition = useDefinition()
  const draft = useDraft()
  const users = usersOfTool(definition, tool.id).length
  return (
    <RemoveDialog
      name={tool.title[definition.language] ?? tool.id}
      onClose={onClose}
      onRemove={() => {
        onClose()
        draft.change((before) => removeTool(before, tool.id))
      }}
    >
      {users > 0 &&
        `${counted(users, 'flow')} ${users === 1 ? 'uses' : 'use'} it and will have to be put right before the draft can be saved.`}
    </RemoveDialog>
  )
}
