import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inkOn, isHexColour } from './ink.ts'

function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

test('on every colour a tenant can choose, text has a contrast of at least 4.5', () => {
  for (let r = 0; r < 256; r += 15)
    for (let g = 0; g < 256; g += 15)
      for (let b = 0; b < 256; b += 15) {
        const hex = '#' + [r, g, b].map((part) => part.toString(16).padStart(2, '0')).join('')
        const ground = luminance(hex)
        const ink = inkOn(hex) === '#000' ? 0 : 1
        const contrast = (Math.max(ground, ink) + 0.05) / (Math.min(ground, ink) + 0.05)
        assert.ok(contrast >= 4.5, `${hex}: ${contrast}`)
      }
})

test('a colour is six hex digits', () => {
  assert.ok(isHexColour('#0b5FFf'))
  for (const value of ['#fff', 'red', '#0b5fff;', ' #0b5fff', '#0b5fff\n', 'url(x)', null, 7, ['#0b5fff']])
    assert.equal(isHexColour(value), false, String(value))
})
