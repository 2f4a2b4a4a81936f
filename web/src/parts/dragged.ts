/** Under which name a dragged tile carries its address: other windows' drags do not have it. */
export const draggedPlace = 'application/x-sokkuri-place';
