import css from './mark.module.css'

/** The sign of the product: an open ring that shows what it holds. */
export function Mark({ size = 36 }: { size?: number }) {
  return (
    <svg className={css.mark} width={size} height={size} viewBox="0 0 32 32" role="img" aria-label="Candor">
      <rect width="32" height="32" rx="9" fill="currentColor" />
      <path
        d="M21.5 11.2a7.2 7.2 0 1 0 0 9.600"
        fill="none"
        stroke="#fff"
        strokeWidth="3"
        strokeLinecap="round"
      />
      <circle cx="21.600" cy="16" r="1.900" fill="#fff" />
    </svg>
  )
}
