import type { Notice } from './compose-notice.ts'

/**
 * The notice as a page that asks nobody for anything: no image, font, style sheet or script from elsewhere, and no
 * link, so that who gets used to clicking in such mails learns it not from us.
 */
export function noticeHtml(notice: Notice): string {
  const sections = notice.sections.map(
    ({ title, blocks }) =>
      `<h2 style="${style.h2}">${escaped(title)}</h2>\n` +
      blocks
        .map((block) =>
          block.kind === 'paragraph'
            ? `<p style="${style.p}">${escaped(block.text)}</p>`
            : `<ul style="${style.ul}">${block.lines.map((line) => `<li style="${style.li}">${escaped(line)}</li>`).join('')}</ul>`,
        )
        .join('\n'),
  )
  return `<!doctype html>
<html lang="${notice.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light dark">
<title>${escaped(notice.title)}</title>
</head>
<body style="${style.body}">
<div style="${style.page}">
<h1 style="${style.h1}">${escaped(notice.title)}</h1>
<p style="${style.p}">${escaped(notice.salutation)}</p>
${sections.join('\n')}
<p style="${style.p}">${notice.closing.map(escaped).join('<br>')}</p>
</div>
</body>
</html>
`
}

/** Mail programs drop style sheets: what must hold stands at the element. */
const style = {
  body: 'margin:0;padding:0',
  page: 'max-width:34em;margin:0 auto;padding:24px 20px;font:16px/1.5 Georgia,serif',
  h1: 'font-size:26px;line-height:1.2;margin:0 0 20px',
  h2: 'font-size:19px;line-height:1.3;margin:28px 0 8px',
  p: 'margin:0 0 12px',
  ul: 'margin:0 0 12px;padding-left:22px',
  li: 'margin:0 0 4px',
} as const

const marks: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => marks[mark]!)
}
