"""What is on the screen now, and what can be done with it."""

from __future__ import annotations

from mirror.live.display.render_thread import RenderedFrame
from mirror.live.session.live_session import Session
from mirror.window.playback.capture_controller import CaptureController
from mirror.window.playback.picture_view import PictureView
from pipeline.frame import Frame


class ShownPicture:
    """The newest picture, and whether it can be kept. The GUI's thread only.

    Attributes:
        rendered: the picture; the last one of the source before until a new one's first. None
            before any.
        frame: what it was drawn from; None until there is one of the present source.
        can_save: whether there is a picture to save: a page in its place is none.
        can_record: whether pictures come that can be recorded, or are being recorded already.
    """

    def __init__(self) -> None:
        self.rendered: RenderedFrame | None = None
        self.frame: Frame | None = None
        self.can_save = self.can_record = False

    def begin(self) -> None:
        """Wait for the first picture of another source."""
        self.frame = None

    def leave(self) -> None:
        """Forget the picture: nothing is looked at."""
        self.rendered = self.frame = None

    def refresh(self, session: Session, view: PictureView) -> None:
        """Show the newest picture of a session, if there is a new one."""
        if (rendered := session.take()) is not None:
            self.rendered, self.frame = rendered, rendered.pair.frame
            view.show_picture(rendered.picture)

    def has_changed(
        self, session: Session | None, view: PictureView, capture: CaptureController
    ) -> bool:
        """Find out what can be done with it; return whether that is something else than before."""
        before, is_shown = (self.can_save, self.can_record), view.isVisible()
        comes = session is not None and session.status.phase in ("loading", "running", "unparsed")
        self.can_save = self.rendered is not None and is_shown
        self.can_record = capture.is_recording or (comes and is_shown)
        return (self.can_save, self.can_record) != before
