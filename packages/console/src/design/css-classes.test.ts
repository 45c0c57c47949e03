import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { test } from 'node:test'

const source = resolve(import.meta.dirname, '..')
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })

test('every class a component asks for is in its style sheet, and every class there is asked for', () => {
  const used = new Map<string, Set<string>>()
  /** Sheets in which a component looks classes up by a name it computes. */
  const computed = new Set<string>()
  for (const file of files.filter((name) => name.endsWith('.tsx'))) {
    const text = readFileSync(join(source, file), 'utf8')
    // A sheet of its own is `css`; one that several share has a name.
    for (const [, css, path] of text.matchAll(/import (\w+) from '(.+\.module\.css)'/g)) {
      const sheet = join(source, dirname(file), path!)
      const names = used.get(sheet) ?? new Set()
      const body = text.replaceAll(/ from '.+'/g, '')
      for (const [, name] of body.matchAll(new RegExp(`(?<![\\w.])${css}\\.(\\w+)`, 'g'))) names.add(name!)
      if (new RegExp(`(?<![\\w.])${css}\\[`).test(body)) computed.add(sheet)
      used.set(sheet, names)
    }
  }
  for (const file of files.filter((name) => name.endsWith('.module.css'))) {
    const sheet = join(source, file)
    const text = readFileSync(sheet, 'utf8')
      .replaceAll(/\/\*.*?\*\//gs, '')
      .replaceAll(/\{[^{}]*\}/g, '{}')
    const held = new Set([...text.matchAll(/\.([a-z][\w-]*)/gi)].map(([, name]) => name!))
    const asked = used.get(sheet) ?? new Set()
    assert.deepEqual(
      [...asked].filter((name) => !held.has(name)),
      [],
      `${file} lacks`,
    )
    if (!computed.has(sheet))
      assert.deepEqual(
        [...held].filter((name) => !asked.has(name)),
        [],
        `${file}: nobody asks for`,
      )
  }
})

test('lengths follow the direction of the writing: no left or right in a style sheet', () => {
  for (const file of files.filter((name) => name.endsWith('.css'))) {
    const text = readFileSync(join(source, file), 'utf8').replaceAll(/\/\*.*?\*\//gs, '')
    const physical = text.match(
      /(^|[\s;{])((margin|padding|border)-(left|right|top|bottom)|left|right|top|bottom|float)\s*:/g,
    )
    assert.equal(physical, null, file)
  }
})

test('colours are named for their purpose: only tokens and pictures hold values', () => {
  for (const file of files.filter((name) => name.endsWith('.module.css'))) {
    const text = readFileSync(join(source, file), 'utf8')
    for (const line of text.split('\n'))
      if (/#[0-9a-f]{3,8}\b/i.test(line))
        assert.ok(
          /light-dark\(|^\s*(color|background|--|outline-color|border-color): #/.test(line),
          `${file}: ${line.trim()}`,
        )
  }
})
