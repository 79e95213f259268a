"""An RTSP camera that shows one grey: run by the system's Python, which has GStreamer's bindings.

    /usr/bin/python3 rtsp_camera.py PORT GREY

Prints a line once it serves rtsp://127.0.0.1:PORT/camera. Debian: gir1.2-gst-rtsp-server-1.0,
python3-gi, gstreamer1.0-plugins-good.
"""

# mypy: ignore-errors
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")

from gi.repository import GLib, Gst, GstRtspServer  # noqa: E402


def main(port: str, grey: int) -> None:
    Gst.init(None)
    colour = f"0xff{grey:02x}{grey:02x}{grey:02x}"
    factory = GstRtspServer.RTSPMediaFactory()
    factory.set_launch(
        f"( videotestsrc is-live=true pattern=solid-color foreground-color={colour} ! "
        "video/x-raw,format=I420,width=320,height=240,framerate=25/1 ! jpegenc ! "
        "rtpjpegpay name=pay0 )"
    )
    factory.set_shared(True)
    server = GstRtspServer.RTSPServer()
    server.set_service(port)
    server.get_mount_points().add_factory("/camera", factory)
    server.attach(None)
    print("serving", flush=True)
    GLib.MainLoop().run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
