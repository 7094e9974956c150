/** Which screen shows a lesson or an exercise. */
import type { Course } from './course.ts'
import { ExerciseScreen } from './exercise.ts'
import { LessonScreen } from './lesson.ts'
import type { Host, Place, Screen } from './screen.ts'

export function screenFor(course: Course): (place: Place, host: Host) => Screen | null {
  return ({ kind, id }, host) => {
    if (kind === 'lesson') {
      const lesson = course.lessons.find((one) => one.id === id)
      return lesson === undefined ? null : new LessonScreen(lesson, course, host)
    }
    const exercise = course.exercises.find((one) => one.id === id)
    return exercise === undefined ? null : new ExerciseScreen(exercise, course, host)
  }
}
