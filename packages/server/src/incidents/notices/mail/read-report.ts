/** What a delivery status notification says (RFC 3464). */
export interface DeliveryReport {
  /** The return path that it was sent to, from its headers; null where none is told. */
  recipient: string | null
  /** `failed` is final; the others are news only. */
  action: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded'
  /** `5.1.1` */
  status: string
  detail: string
}

/** More is no report but somebody's mail with one in it. */
export const reportBytesMax = 256 * 1024
const detailCharactersMax = 300
const actions = ['failed', 'delayed', 'delivered', 'relayed', 'expanded'] as const

/** Null: not a report in this form. Only the fields of the report count, never a word of its text. */
export function readReport(raw: string): DeliveryReport | null {
  if (raw.length > reportBytesMax) return null
  const text = raw.replace(/\r\n/g, '\n')
  const top = fieldsOf(text)
  if (top === null) return null
  const type = top.get('content-type') ?? ''
  if (!/^multipart\/report\b/i.test(type) || !/report-type\s*=\s*"?delivery-status"?/i.test(type)) return null
  const boundary = /boundary\s*=\s*(?:"([^"\n]{1,70})"|([^\s;"]{1,70}))/i.exec(type)
  if (boundary === null) return null
  const parts = text.split(`\n--${boundary[1] ?? boundary[2]}`)
  for (const part of parts.slice(1)) {
    const content = part.replace(/^[ \t]*\n/, '')
    const head = fieldsOf(content)
    if (head === null || !/^message\/(global-)?delivery-status\b/i.test(head.get('content-type') ?? ''))
      continue
    // Per-message fields first, then a group for each recipient; our mails have one.
    const groups = content.slice(content.indexOf('\n\n') + 2).split(/\n{2,}/)
    for (const group of groups) {
      const fields = fieldsOf(`${group}\n\n`)
      const action = actions.find((each) => each === fields?.get('action')?.trim().toLowerCase())
      const status = /^\s*([245]\.\d{1,3}\.\d{1,3})/.exec(fields?.get('status') ?? '')?.[1]
      if (action === undefined || status === undefined) continue
      const detail = fields!.get('diagnostic-code') ?? ''
      return {
        recipient: top.get('x-original-to') ?? top.get('delivered-to') ?? top.get('to') ?? null,
        action,
        status,
        detail: detail
          .replaceAll(/[\p{Cc}\s]+/gu, ' ')
          .trim()
          .slice(0, detailCharactersMax),
      }
    }
  }
  return null
}

/** Unfolded; the first of a name counts. Null without an empty line at the end of them. */
function fieldsOf(text: string): Map<string, string> | null {
  const end = text.indexOf('\n\n')
  if (end < 0) return null
  const fields = new Map<string, string>()
  for (const line of text
    .slice(0, end)
    .replace(/\n[ \t]+/g, ' ')
    .split('\n')) {
    const match = /^([!-9;-~]{1,80}):\s*(.*)$/.exec(line)
    if (match !== null && !fields.has(match[1]!.toLowerCase()))
      fields.set(match[1]!.toLowerCase(), match[2]!.trim())
  }
  return fields
}
