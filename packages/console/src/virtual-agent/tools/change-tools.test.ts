import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Definition } from '@candor/virtual-agent/definition.ts'
import { compileBook } from '@candor/virtual-agent/flows/compile-book.ts'
import { testBook } from '@candor/virtual-agent/flows/test-book.ts'
import { newDefinition } from '@candor/virtual-agent/upgrade-script.ts'
import { addTool, duplicateTool, putField, renameTool, usersOfTool } from './change-tools.ts'

const given: Definition = {
  ...newDefinition('Test', testBook.language),
  flows: testBook.flows,
  tools: testBook.tools,
}

function faultsOf({ language, flows, tools }: Definition): string[] {
  const book = compileBook({ version: 1, language, flows, tools })
  return 'faults' in book ? book.faults.map(({ field, message }) => `${field} ${message}`) : []
}

test('a new tool lacks its address and nothing else; a copy lacks nothing', () => {
  const made = addTool(given, 'Find an order', given.language)
  assert.equal(made.id, 'find-an-order')
  assert.deepEqual(
    faultsOf(made.definition).map((fault) => fault.split(' ')[0]),
    [`tools[${given.tools.length}].url`],
  )
  assert.deepEqual(faultsOf(duplicateTool(given, given.tools[0]!.id)), [])
})

test('steps follow a renamed tool and renamed fields, and so does its address', () => {
  for (const tool of given.tools) {
    const renamed = renameTool(given, tool.id, 'quite-new')
    assert.deepEqual(faultsOf(renamed), [], tool.id)
    assert.deepEqual(usersOfTool(renamed, 'quite-new'), usersOfTool(given, tool.id))
    for (const list of ['input', 'output'] as const)
      for (const field of tool[list]) {
        // A policy is a text of its author, who is told of a name that is gone.
        if (list === 'input' && tool.policy?.includes(field.name)) continue
        const changed = putField(given, tool.id, list, field.name, { ...field, name: 'quite_new' })
        assert.deepEqual(faultsOf(changed), [], `${tool.id}.${list}.${field.name}`)
      }
  }
})
