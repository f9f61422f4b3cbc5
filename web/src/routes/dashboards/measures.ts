/** How high a row of the grid is, in pixels: the same where one looks and where one edits. */
export const ROW = 56;
