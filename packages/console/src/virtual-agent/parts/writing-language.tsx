/** The language that is written in: one choice for all authoring pages, in the address. */
import { useId } from 'react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { languages, type Language } from '@candor/virtual-agent/script.ts'
import { useDefinition } from '../draft-context.ts'
import { languageNames } from '../languages.ts'
import css from './writing-language.module.css'

export function useWritingLanguage(): Language {
  const { language } = useSearch({ from: '/signed-in/virtual-agent/$section' })
  const own = useDefinition().language
  return languages.find((one) => one === language) ?? own
}

/** @param missing languages in which something is not written yet. */
export function LanguageChoice({ missing }: { missing?: ReadonlySet<Language> }) {
  const current = useWritingLanguage()
  const { language: own } = useDefinition()
  const navigate = useNavigate({ from: '/virtual-agent/$section' })
  const name = useId()
  return (
    <fieldset className={css.choice}>
      <legend className="visually-hidden">Language you write in</legend>
      {languages.map((language) => (
        <label key={language} className={css.language}>
          <input
            type="radio"
            name={name}
            className={css.input}
            checked={language === current}
            onChange={() => void navigate({ replace: true, search: (before) => ({ ...before, language }) })}
          />
          <span className={css.face}>
            <span lang={language}>{languageNames[language]}</span>
            {language === own && <span className="visually-hidden"> (first language)</span>}
            {missing?.has(language) && (
              <span className={css.missing}>
                <span className="visually-hidden">, something is missing</span>
              </span>
            )}
          </span>
        </label>
      ))}
    </fieldset>
  )
}
