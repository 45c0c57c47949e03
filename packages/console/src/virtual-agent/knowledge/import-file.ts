/** What the server reads a file as, by its name; null for what it does not read. */
export function fileFormat(name: string): 'markdown' | 'html' | 'pdf' | null {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase()
  switch (ending) {
    case 'md':
    case 'markdown':
    case 'txt':
      return 'markdown'
    case 'html':
    case 'htm':
      return 'html'
    case 'pdf':
      return 'pdf'
    default:
      return null
  }
}

/** In pieces: as arguments of one call, a file would not fit on the stack. */
const pieceBytes = 0x8000

export function toBase64(bytes: ArrayBuffer): string {
  const all = new Uint8Array(bytes)
  let binary = ''
  for (let at = 0; at < all.length; at += pieceBytes)
    binary += String.fromCharCode(...all.subarray(at, at + pieceBytes))
  return btoa(binary)
}
