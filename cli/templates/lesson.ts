/** A new lesson: one prediction, one run and one claim, to be turned into yours. */

export function lessonText(title: string): string {
  return `---
title: ${title}
unit: Tools
minutes: 20
needs: []
exercises: []
sources:
  - Gray, Notes on Data Base Operating Systems, 1978, section 5.8.3
---

Begin with a situation that somebody has been in.

\`\`\`predict
What will happen?
- [ ] What most people expect :: Say why it is not so.
- [x] What happens :: Say why.
\`\`\`

\`\`\`scenario id=run
cluster two-phase-commit tm rm1 rm2
request client tm begin tx=t1
deliver all
check AC1
----
\`\`\`

Say in one sentence what the picture means, and ask the next question.
`
}
