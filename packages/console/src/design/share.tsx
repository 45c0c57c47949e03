/** A share of a whole as a short bar with its number. */
import css from './share.module.css'

export function Share({ of, label, tone }: { of: number; label: string; tone?: 'warm' }) {
  const percent = Math.round(of * 100)
  return (
    <span className={css.share}>
      <svg className={css.bar} viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
        <rect className={css.track} width="100" height="8" rx="4" />
        <rect className={tone === 'warm' ? css.warm : css.fill} width={percent} height="8" rx="4" />
      </svg>
      <span className={css.number}>
        {percent} %<span className="visually-hidden"> {label}</span>
      </span>
    </span>
  )
}
