/** `#rrggbb`, and nothing else that CSS would take. */
export const isHexColour = (value: unknown): value is string =>
  typeof value === 'string' && /^#[\da-f]{6}$/i.test(value)

/**
 * Black or white, whichever is read better on this colour. The two are equal at a relative luminance of 0.179
 * (WCAG 2.2, contrast ratio), so one of them always has at least 4.5 : 1.
 */
export function inkOn(hex: string): '#000' | '#fff' {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const share = parseInt(hex.slice(at, at + 2), 16) / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff'
}
