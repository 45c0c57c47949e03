/** Changes of tools as whole new definitions; the steps that use a tool follow it. */
import type { Definition } from '@candor/virtual-agent/definition.ts'
import type { Argument, Step } from '@candor/virtual-agent/flows/flow.ts'
import type { Tool, ToolField } from '@candor/virtual-agent/flows/tool.ts'
import type { Language } from '@candor/virtual-agent/script.ts'
import { freeId } from '../flows/change-flows.ts'

export function changeTool(definition: Definition, id: string, change: (tool: Tool) => Tool): Definition {
  return { ...definition, tools: definition.tools.map((tool) => (tool.id === id ? change(tool) : tool)) }
}

/** It only looks, and its limits are small: whoever needs more says so. */
export function addTool(
  definition: Definition,
  title: string,
  language: Language,
): { definition: Definition; id: string } {
  const id = freeId(title, 'tool', new Set(definition.tools.map((tool) => tool.id)))
  const tool: Tool = {
    id,
    title: { [definition.language]: title, ...(language !== definition.language && { [language]: title }) },
    effect: 'read',
    method: 'GET',
    url: 'https://',
    input: [],
    output: [],
    timeoutMs: 5_000,
    retries: 1,
    budgetPerConversation: 5,
  }
  return { definition: { ...definition, tools: [...definition.tools, tool] }, id }
}

export function duplicateTool(definition: Definition, id: string): Definition {
  const at = definition.tools.findIndex((tool) => tool.id === id)
  if (at === -1) return definition
  const copy = structuredClone(definition.tools[at]!)
  copy.id = freeId(`${id} copy`, 'tool', new Set(definition.tools.map((tool) => tool.id)))
  return { ...definition, tools: definition.tools.toSpliced(at + 1, 0, copy) }
}

export function removeTool(definition: Definition, id: string): Definition {
  return { ...definition, tools: definition.tools.filter((tool) => tool.id !== id) }
}

export function renameTool(definition: Definition, id: string, to: string): Definition {
  return changeUses(
    { ...definition, tools: definition.tools.map((tool) => (tool.id === id ? { ...tool, id: to } : tool)) },
    id,
    (step) => ({ ...step, tool: to }),
  )
}

/** A field that changes its name is still given and kept by every step that uses the tool. */
export function putField(
  definition: Definition,
  id: string,
  list: 'input' | 'output',
  before: string | null,
  field: ToolField,
): Definition {
  const put = (fields: ToolField[]): ToolField[] =>
    before === null ? [...fields, field] : fields.map((one) => (one.name === before ? field : one))
  const changed = changeTool(definition, id, (tool) => ({
    ...tool,
    [list]: put(tool[list]),
    ...(list === 'input' &&
      before !== null && { url: tool.url.replaceAll(`{${before}}`, `{${field.name}}`) }),
  }))
  if (before === null || before === field.name) return changed
  const renamed = <V>(record: Record<string, V>): Record<string, V> =>
    Object.fromEntries(
      Object.entries(record).map(([name, value]) => [name === before ? field.name : name, value]),
    )
  return changeUses(changed, id, (step) =>
    list === 'input'
      ? { ...step, args: renamed<Argument>(step.args) }
      : step.save === undefined
        ? step
        : { ...step, save: renamed(step.save) },
  )
}

/** Ids of the flows that use it. */
export function usersOfTool(definition: Definition, id: string): string[] {
  return definition.flows
    .filter((flow) => flow.steps.some((step) => step.kind === 'action' && step.tool === id))
    .map((flow) => flow.id)
}

type ActionStep = Extract<Step, { kind: 'action' }>

function changeUses(
  definition: Definition,
  id: string,
  change: (step: ActionStep) => ActionStep,
): Definition {
  return {
    ...definition,
    flows: definition.flows.map((flow) =>
      flow.steps.some((step) => step.kind === 'action' && step.tool === id)
        ? {
            ...flow,
            steps: flow.steps.map((step) =>
              step.kind === 'action' && step.tool === id ? change(step) : step,
            ),
          }
        : flow,
    ),
  }
}
