import { useState } from 'react'
import { Link, useSearch } from '@tanstack/react-router'
import { flowsMax, type Definition } from '@candor/virtual-agent/definition.ts'
import type { Flow } from '@candor/virtual-agent/flows/flow.ts'
import { titleCharactersMax } from '@candor/virtual-agent/flows/parse-book.ts'
import { Icon } from '../../design/icons.tsx'
import { MenuButton } from '../../design/menu-button.tsx'
import { useMayEdit } from '../authoring-roles.ts'
import { useDefinition, useDraft, useFaults } from '../draft-context.ts'
import { faultsBelow } from '../draft-store.ts'
import { nameOfIntentId } from '../intents/intent-names.ts'
import { NewThing } from '../parts/new-thing.tsx'
import { counted } from '../../design/counted.ts'
import { Badge, Nothing } from '../../design/say.tsx'
import parts from '../../design/parts.module.css'
import list from '../parts/item-list.module.css'
import { addFlow, duplicateFlow, usersOfFlow } from './change-flows.ts'
import { FlowEditor } from './flow-editor.tsx'
import { RemoveFlow } from './flow-dialogs.tsx'

export function FlowsSection() {
  const { item } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const definition = useDefinition()
  const at = definition.flows.findIndex(({ id }) => id === item)
  return at === -1 ? <FlowList /> : <FlowEditor key={item} at={at} flow={definition.flows[at]!} />
}

function FlowList() {
  const definition = useDefinition()
  const draft = useDraft()
  const mayEdit = useMayEdit()
  const [removing, setRemoving] = useState<Flow | null>(null)
  const full = definition.flows.length >= flowsMax

  return (
    <div className={parts.stack}>
      {mayEdit && (
        <NewThing
          label="New flow"
          example="What it settles, as a visitor would say it"
          charactersMax={titleCharactersMax}
          have={definition.flows.length}
          most={flowsMax}
          add={addFlow}
        />
      )}
      {definition.flows.length === 0 ? (
        <Nothing>
          No flow yet. An intent with a text answers a question; a flow settles a matter: it asks for what is
          needed, looks it up in your systems and says what came of it. Name one above.
        </Nothing>
      ) : (
        <ul className={list.list} aria-label="Flows">
          {definition.flows.map((flow, at) => (
            <FlowRow
              key={flow.id}
              flow={flow}
              at={at}
              definition={definition}
              onDuplicate={() => draft.change((before) => duplicateFlow(before, flow.id).definition)}
              onRemove={() => setRemoving(flow)}
              full={full}
            />
          ))}
        </ul>
      )}
      {removing && (
        <RemoveFlow flow={removing} onClose={() => setRemoving(null)} onRemoved={() => setRemoving(null)} />
      )}
    </div>
  )
}

function FlowRow({
  flow,
  at,
  definition,
  full,
  onDuplicate,
  onRemove,
}: {
  flow: Flow
  at: number
  definition: Definition
  full: boolean
  onDuplicate(): void
  onRemove(): void
}) {
  const mayEdit = useMayEdit()
  const faults = faultsBelow(useFaults(), `flows[${at}]`)
  const tools = [...new Set(flow.steps.flatMap((step) => (step.kind === 'action' ? [step.tool] : [])))]
  const users = usersOfFlow(definition, flow.id)
  const startedBy = [
    ...users.intents.map((id) => nameOfIntentId(definition, id)),
    ...users.flows.map((id) =>
      titleOf(
        definition.flows.find((one) => one.id === id)!,
        definition,
      ),
    ),
  ]
  const name = titleOf(flow, definition)
  return (
    <li className={list.row}>
      <Link
        to="/virtual-agent/$section"
        params={{ section: 'flows' }}
        search={(before) => ({ ...before, item: flow.id })}
        className={list.link ?? ''}
      >
        <span className={list.title} dir="auto">
          {name}
        </span>
        <span className={list.does} dir="auto">
          {startedBy.length === 0 ? 'Nothing starts it yet' : `Started by ${startedBy.join(', ')}`}
        </span>
      </Link>
      <span className={list.facts}>
        {faults.length > 0 && (
          <Badge tone="bad" icon="warning">
            {faults.length} to put right
          </Badge>
        )}
        {tools.map((id) => (
          <Badge key={id} icon="bolt">
            {definition.tools.find((tool) => tool.id === id)?.title[definition.language] ?? id}
          </Badge>
        ))}
        <span className={list.count}>{counted(flow.steps.length, 'step')}</span>
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

export function titleOf(flow: Flow, { language }: Pick<Definition, 'language'>): string {
  return flow.title[language] || flow.id
}
