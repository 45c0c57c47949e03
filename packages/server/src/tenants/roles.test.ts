import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { systemActor, type Actor } from './actor.ts'
import { allPermissions, allow, permissions, roles } from './roles.ts'

const page = readFileSync(new URL('../../../../docs/roles.md', import.meta.url), 'utf8')

test('docs/roles.md grants exactly what the code grants', () => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
  const [heading, , ...body] = rows
  assert.deepEqual(heading!.slice(2), roles)
  const written = Object.fromEntries(
    body.map(([permission, , ...marks]) => [permission!.replaceAll('`', ''), marks]),
  )
  const coded = Object.fromEntries(
    allPermissions.map((permission) => [
      permission,
      roles.map((role) => (permissions[role].has(permission) ? 'yes' : '')),
    ]),
  )
  assert.deepEqual(written, coded)
})

test('a permission that a role lacks is refused, and visitors and the system have none', () => {
  const staff: Actor = { tenant: 't', kind: 'agent', id: 'p', name: 'Ada', role: 'agent' }
  allow(staff, 'conversations.answer')
  assert.throws(() => allow(staff, 'people.manage'), { code: 'not_allowed' })
  assert.throws(() => allow({ ...staff, role: 'privacy-officer' }, 'conversations.answer'), {
    code: 'not_allowed',
  })
  const { role: _, ...visitor } = { ...staff, kind: 'visitor' as const }
  for (const permission of allPermissions) {
    assert.throws(() => allow(visitor, permission), { code: 'not_allowed' })
    assert.throws(() => allow(systemActor('t', 'card guard'), permission), { code: 'not_allowed' })
  }
})
