/** The glossary, from any lesson and from the map. */
import { glossaryLines } from '../components/glossary.ts'
import { glossaryOf } from '../door.ts'
import type { Course } from './course.ts'
import { ReadingScreen } from './reading.ts'
import type { Host } from './screen.ts'

export class GlossaryScreen extends ReadingScreen {
  constructor(course: Course, host: Host) {
    super('glossary', host, (width) => glossaryLines(glossaryOf(course.lessons), course.lessons, width))
  }
}
