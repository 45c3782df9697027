//! go-plugin's own services. Terraform demands that they are there and uses only the shutdown.

use std::pin::Pin;
use tokio_stream::wrappers::ReceiverStream;
use tokio_stream::{Stream, StreamExt};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming};
use zt_wire_proto::goplugin as pb;

type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// Controller, broker and stdio, which all end with the same signal.
#[derive(Clone)]
pub(crate) struct Plugin {
    pub(crate) shutdown: CancellationToken,
}

impl Plugin {
    /// A stream that says nothing until shutdown.
    fn idle<T: Send + 'static>(&self) -> Answers<T> {
        let (sender, receiver) = tokio::sync::mpsc::channel::<Result<T, Status>>(1);
        let shutdown = self.shutdown.clone();
        tokio::spawn(async move {
            shutdown.cancelled().await;
            drop(sender);
        });
        Box::pin(ReceiverStream::new(receiver))
    }
}

#[tonic::async_trait]
impl pb::grpc_controller_server::GrpcController for Plugin {
    async fn shutdown(&self, _: Request<pb::Empty>) -> Result<Response<pb::Empty>, Status> {
        self.shutdown.cancel();
        Ok(Response::new(pb::Empty {}))
    }
}

#[tonic::async_trait]
impl pb::grpc_stdio_server::GrpcStdio for Plugin {
    async fn stream_stdio(&self, _: Request<()>) -> Result<Response<Answers<pb::StdioData>>, Status> {
        // Nothing to relay: logs go to the real stderr, which go-plugin reads by itself.
        Ok(Response::new(self.idle()))
    }
}

#[tonic::async_trait]
impl pb::grpc_broker_server::GrpcBroker for Plugin {
    async fn start_stream(
        &self,
        request: Request<Streaming<pb::ConnInfo>>,
    ) -> Result<Response<Answers<pb::ConnInfo>>, Status> {
        let shutdown = self.shutdown.clone();
        let mut offers = request.into_inner();
        tokio::spawn(async move {
            // Offers of further connections are read, so that the client is not held up, and not taken.
            while let Some(Some(Ok(_))) = shutdown.run_until_cancelled(offers.next()).await {}
        });
        Ok(Response::new(self.idle()))
    }
}
