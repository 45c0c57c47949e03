declare module '*.module.css' {
  /** css-classes.test.ts compares every class a component asks for with those its module has. */
  const classes: Readonly<Record<string, string>>
  export default classes
}
declare module '*.css'
