/** UUIDv7 (RFC 9562 §5.7), lower case: the server's index stays in order of time. */
export function newId(now: number): string {
  const random = crypto.randomUUID()
  const time = Math.floor(now).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(15)}`
}
