/** `37 %`; what is there and below one is not nothing. */
export function percent(share: number): string {
  if (share > 0 && share < 0.01) return `${(share * 100).toFixed(1)} %`
  return `${Math.round(share * 100)} %`
}
