/** A lesson's pictures, one SVG file each. */
import { isPicture, svgFile } from '../../draw/svg.ts'
import { partsOf, type TakenLesson } from './page.ts'

export interface PictureFile {
  /** `in-doubt.svg`; `in-doubt-2.svg` for the second picture of a cell. */
  readonly name: string
  readonly svg: string
}

/** The pictures of all cells that have run, in the order of the page. */
export function exportPictures({ lesson, cells }: TakenLesson): readonly PictureFile[] {
  return cells.flatMap(({ cell, output }) => {
    const pictures = output === null ? [] : partsOf(output).filter(isPicture)
    return pictures.map((view, i) => ({
      name: `${cell.id}${i === 0 ? '' : `-${i + 1}`}.svg`,
      svg: svgFile(view, `${lesson.title}: ${cell.id}`),
    }))
  })
}
