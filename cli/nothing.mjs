/** Stands where an optional library would: Ink asks for React's developer tools, which the course does without. */
export default {}
